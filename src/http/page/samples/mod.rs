//! Every page with made-up data: checked for what all pages owe their readers, and written to
//! the folder named by `LECTERN_SAMPLES` when somebody wants to look at them.

mod admin;
mod articles;
mod reviews;

use std::collections::BTreeMap;

use askama::Template;
use time::macros::datetime;

use super::layout::{Account, Frame, Theme};
use super::view::{ArticleRow, Choice, Html, ModuleLink, Moment};

type Pages = BTreeMap<&'static str, String>;

fn add(pages: &mut Pages, name: &'static str, page: &impl Template) {
    pages.insert(name, page.render().unwrap());
}

fn frame() -> Frame {
    Frame {
        organisation: "Northwind Therapeutics".into(),
        account: Some(Account {
            name: "Ada Lindqvist".into(),
            initials: "AL".into(),
            writes: true,
            admin: true,
        }),
        theme: Theme::Device,
        path: "/".into(),
        ..Frame::default()
    }
}

fn anonymous() -> Frame {
    Frame {
        account: None,
        ..frame()
    }
}

fn day() -> Moment {
    Moment::day(datetime!(2026-05-04 9:30 UTC))
}

fn minute() -> Moment {
    Moment::minute(datetime!(2026-05-04 9:30 UTC))
}

fn module() -> ModuleLink {
    ModuleLink {
        slug: "field-basics".into(),
        title: "Field basics".into(),
    }
}

fn article(title: &str, standing: Html) -> ArticleRow {
    ArticleRow {
        id: "1".into(),
        slug: "adverse-events".into(),
        title: title.into(),
        module: "Field basics".into(),
        standing,
    }
}

fn articles() -> Vec<ArticleRow> {
    vec![
        article(
            "Recognising and reporting adverse events in the field",
            Html::text("Effective v3.0 · v4.0 in review (1 of 2)"),
        ),
        article(
            "Hypertension at a glance",
            Html::text("Effective v1.0 since ").at(day()),
        ),
        article(
            "First call with a new practice",
            Html::text("Draft, no approved version yet"),
        ),
    ]
}

fn roles() -> Vec<Choice> {
    let role = |value: &str, label: &str, hint: &str, chosen| Choice {
        hint: hint.into(),
        chosen,
        ..Choice::new(value, label)
    };
    vec![
        role(
            "learner",
            "Learner",
            "Reads, writes drafts, asks for review.",
            true,
        ),
        role(
            "trainer",
            "Trainer",
            "Also creates modules and manages their members.",
            false,
        ),
        role(
            "reviewer",
            "Reviewer",
            "Also approves what others wrote.",
            false,
        ),
        role(
            "admin",
            "Administrator",
            "People, roles, settings. No right to approve.",
            false,
        ),
    ]
}

fn all() -> Pages {
    let mut pages = Pages::new();
    admin::add_all(&mut pages);
    articles::add_all(&mut pages);
    reviews::add_all(&mut pages);
    pages
}

#[test]
fn every_page_has_one_heading_one_main_and_a_way_past_the_masthead() {
    for (name, html) in all() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main ").count(), 1, "{name}");
        assert!(html.contains(r##"href="#main""##), "{name}");
        assert!(html.contains(r#"<html lang="en""#), "{name}");
    }
}

#[test]
fn no_page_needs_an_inline_script_or_style() {
    for (name, html) in all() {
        assert!(!html.contains(" style="), "{name}");
        assert!(!html.contains("<style"), "{name}");
        assert!(!html.contains(" onclick"), "{name}");
        for script in html.split("<script").skip(1) {
            assert!(
                script.contains("src=") || script.starts_with(r#" type="application/json""#),
                "{name}: {script:.80}"
            );
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_used_once() {
    for (name, html) in all() {
        let ids: Vec<&str> = values(&html, " id=\"");
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: {ids:?}");
        let labels = values(&html, "<label for=\"");
        let more = values(&html, " for=\"");
        for target in labels.iter().chain(&more) {
            assert!(unique.contains(target), "{name}: label for {target}");
        }
        for described in values(&html, " aria-describedby=\"") {
            for id in described.split_whitespace() {
                assert!(unique.contains(&id), "{name}: described by {id}");
            }
        }
    }
}

#[test]
fn only_drafts_and_reviews_carry_the_banner_and_a_reader_never_sees_it() {
    let pages = all();
    for (name, html) in &pages {
        let expected = ["write", "revision", "review"].contains(name);
        assert_eq!(html.contains("not for training use"), expected, "{name}");
    }
}

fn values<'a>(html: &'a str, start: &str) -> Vec<&'a str> {
    html.split(start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn pages_are_written_for_those_who_want_to_look() {
    let pages = all();
    assert!(pages.len() >= 20);
    if let Ok(folder) = std::env::var("LECTERN_SAMPLES") {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, html) in pages {
            std::fs::write(format!("{folder}/{name}.html"), html).unwrap();
        }
    }
}
