//! The document against the CommonMark specification.

use lectern::article;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Example {
    example: u32,
    markdown: String,
}

fn examples() -> Vec<Example> {
    let text = include_str!("fixtures/commonmark.json");
    serde_json::from_str(text).expect("the fixture is valid JSON")
}

/// Tells whether an example can be said without raw HTML.
fn is_expressible(example: &Example) -> bool {
    !Parser::new(&example.markdown).any(|event| {
        matches!(
            event,
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock)
        )
    })
}

fn clamped(level: HeadingLevel) -> HeadingLevel {
    level.clamp(HeadingLevel::H3, HeadingLevel::H5)
}

/// What pulldown-cmark makes of it, with headings clamped and soft breaks as spaces.
fn html_of(markdown: &str, options: Options) -> String {
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::SoftBreak => Event::Text(" ".into()),
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Event::Start(Tag::Heading {
            level: clamped(level),
            id,
            classes,
            attrs,
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(clamped(level))),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

#[test]
fn commonmark_examples_survive() {
    let examples = examples();
    assert_eq!(examples.len(), 652);
    let expressible: Vec<_> = examples.iter().filter(|e| is_expressible(e)).collect();
    let mut same = 0;
    for example in &expressible {
        let written = article::canonical(&example.markdown);
        let again = article::canonical(&written);
        if written != again {
            println!(
                "UNSTABLE {}: {:?}\n  {:?}\n  {:?}",
                example.example, example.markdown, written, again
            );
        }
        let expected = html_of(&example.markdown, Options::empty());
        let got = html_of(&written, Options::empty());
        if expected == got {
            same += 1;
        } else {
            println!(
                "{}: {:?}\n  {written:?}\n  {expected:?}\n  {got:?}",
                example.example, example.markdown
            );
        }
    }
    println!("{same} of {} expressible examples", expressible.len());
    assert!(same >= 551);
}
