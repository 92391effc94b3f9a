//! Runs all examples of the CommonMark specification through the shared document.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Deserialize;

use lectern_document as document;

use crate::{markdown_of, saying};

/// Expected matches among the 582 expressible examples.
const THE_SAME: usize = 558;

#[derive(Deserialize)]
struct Example {
    example: u32,
    markdown: String,
}

fn expressible() -> Vec<Example> {
    let text = include_str!("../fixtures/commonmark.json");
    let all: Vec<Example> = serde_json::from_str(text).expect("the fixture is valid JSON");
    assert_eq!(all.len(), 652);
    all.into_iter().filter(is_expressible).collect()
}

/// An example is expressible if it has no raw HTML except the comment that separates two lists.
fn is_expressible(example: &Example) -> bool {
    Parser::new(&example.markdown).all(|event| match event {
        Event::InlineHtml(_) => false,
        Event::Html(html) => html.trim() == "<!-- -->",
        _ => true,
    })
}

/// Renders Markdown with pulldown-cmark in the same dialect: headings are clamped, soft breaks are
/// spaces, and comments are dropped.
fn html_of(markdown: &str) -> String {
    let dialect = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_WIKILINKS;
    let events = Parser::new_ext(markdown, dialect).filter_map(|event| match event {
        Event::SoftBreak => Some(Event::Text(" ".into())),
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => None,
        Event::Html(html) if html.trim() == "<!-- -->" => None,
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: clamped(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(clamped(level)))),
        other => Some(other),
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

fn clamped(level: HeadingLevel) -> HeadingLevel {
    level.clamp(HeadingLevel::H3, HeadingLevel::H5)
}

#[test]
fn examples_give_the_same_html_after_a_round_trip() {
    let examples = expressible();
    let different: Vec<_> = examples
        .iter()
        .filter(|e| html_of(&markdown_of(&saying(&e.markdown))) != html_of(&e.markdown))
        .map(|e| e.example)
        .collect();
    let same = examples.len() - different.len();
    println!(
        "{same} of {} expressible examples give the same HTML; not {different:?}",
        examples.len()
    );
    assert_eq!(examples.len(), 582);
    assert!(same >= THE_SAME, "{same} are the same; not {different:?}");
}

#[test]
fn examples_are_stable_on_the_second_round_trip() {
    for example in expressible() {
        let first = saying(&example.markdown);
        let markdown = markdown_of(&first);
        let second = saying(&markdown);
        let number = example.example;
        assert_eq!(markdown_of(&second), markdown, "example {number}");
        assert_eq!(
            document::section_json(&second, "text"),
            document::section_json(&first, "text"),
            "example {number}"
        );
    }
}

#[test]
fn examples_fit_the_schema() {
    for example in expressible() {
        let checked = document::check_section(&saying(&example.markdown), "text");
        assert_eq!(checked, Ok(()), "example {}", example.example);
    }
}

#[test]
fn examples_with_raw_html_fit_the_schema_too() {
    let text = include_str!("../fixtures/commonmark.json");
    let all: Vec<Example> = serde_json::from_str(text).expect("the fixture is valid JSON");
    for example in all.iter().filter(|e| !is_expressible(e)) {
        let doc = saying(&example.markdown);
        let number = example.example;
        assert_eq!(
            document::check_section(&doc, "text"),
            Ok(()),
            "example {number}"
        );
        let markdown = markdown_of(&doc);
        assert_eq!(document::canonical(&markdown), markdown, "example {number}");
    }
}
