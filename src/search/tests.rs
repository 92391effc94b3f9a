//! Who finds what.

use lectern_base::{ArticleId, ModuleId};

use super::*;

fn section(key: &str, text: &str) -> IndexSection {
    IndexSection {
        key: key.into(),
        title: key.to_uppercase(),
        text: text.into(),
    }
}

fn entry(
    module: ModuleId,
    title: &str,
    version: Option<u32>,
    sections: &[IndexSection],
) -> IndexEntry {
    IndexEntry {
        article: ArticleId::new(),
        module,
        slug: title.to_lowercase().replace(' ', "-"),
        title: title.into(),
        version,
        sections: sections.to_vec(),
    }
}

struct Library {
    index: Index,
    module: ModuleId,
    _dir: tempfile::TempDir,
}

fn library(entries: impl Fn(ModuleId) -> Vec<IndexEntry>) -> Library {
    let dir = tempfile::tempdir().unwrap();
    let (index, module) = (Index::open(dir.path()).unwrap(), ModuleId::new());
    index.replace(&[], &entries(module), 7).unwrap();
    Library {
        index,
        module,
        _dir: dir,
    }
}

fn gloves(module: ModuleId) -> Vec<IndexEntry> {
    vec![
        entry(
            module,
            "Donning gloves",
            Some(2),
            &[
                section(
                    "purpose",
                    "How to put sterile gloves on without touching their outside.",
                ),
                section(
                    "steps",
                    "Open the packet. <b>Never</b> touch the cuff of the glove.",
                ),
            ],
        ),
        entry(
            module,
            "Hand washing",
            Some(1),
            &[section("steps", "Wet, soap, rub, rinse.")],
        ),
    ]
}

impl Library {
    fn everything(&self) -> VisibleModules {
        VisibleModules {
            effective_in: vec![self.module],
            drafts_in: vec![self.module],
        }
    }

    fn find(&self, typed: &str) -> Vec<Hit> {
        self.index
            .query(typed, &self.everything(), 0..10)
            .unwrap()
            .hits
    }

    fn titles(&self, typed: &str) -> Vec<String> {
        self.find(typed).into_iter().map(|hit| hit.title).collect()
    }
}

#[test]
fn words_stems_prefixes_and_typos_match() {
    let library = library(gloves);
    for typed in [
        "gloves",
        "glove",
        "donning glov",
        "glvoes",
        "sterile packet gloves",
        "washing",
    ] {
        let expected = match typed {
            "washing" => vec!["Hand washing".to_owned()],
            "sterile packet gloves" => vec![],
            _ => vec!["Donning gloves".to_owned()],
        };
        assert_eq!(library.titles(typed), expected, "{typed}");
    }
    assert!(library.titles("zebra").is_empty());
    assert!(library.titles("  ?! ").is_empty());
}

#[test]
fn a_hit_has_its_section_and_marked_matches() {
    let library = library(gloves);
    let hit = &library.find("cuff")[0];
    assert_eq!(
        (hit.section_key.as_str(), hit.section_title.as_str()),
        ("steps", "STEPS")
    );
    assert!(
        hit.snippet_html.contains("<mark>cuff</mark>"),
        "{}",
        hit.snippet_html
    );
    assert!(
        hit.snippet_html.contains("&lt;b&gt;"),
        "{}",
        hit.snippet_html
    );
    assert_eq!(hit.version, Some(2));
    let near = &library.find("cufff")[0];
    assert!(
        near.snippet_html.contains("<mark>cuff</mark>"),
        "{}",
        near.snippet_html
    );
}

#[test]
fn phrases_match_exactly() {
    let library = library(gloves);
    assert_eq!(library.find("\"sterile gloves\"").len(), 1);
}

#[test]
fn drafts_and_modules_are_found_only_by_people_who_may_see_them() {
    let library = library(|module| vec![entry(module, "Secret", None, &[section("a", "draft")])]);
    let reader = VisibleModules {
        effective_in: vec![library.module],
        drafts_in: vec![],
    };
    assert_eq!(
        library.index.query("secret", &reader, 0..10).unwrap(),
        Results::default()
    );
    assert_eq!(library.titles("secret"), ["Secret"]);
    let stranger = VisibleModules {
        effective_in: vec![ModuleId::new()],
        drafts_in: vec![],
    };
    assert_eq!(
        library
            .index
            .query("secret", &stranger, 0..10)
            .unwrap()
            .total,
        0
    );
}

#[test]
fn replacing_removes_old_documents_and_the_position_survives_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let module = ModuleId::new();
    let visible = VisibleModules {
        effective_in: vec![module],
        drafts_in: vec![],
    };
    let index = Index::open(dir.path()).unwrap();
    let mut kept = entry(module, "Old title", Some(1), &[section("a", "alpha")]);
    index
        .replace(&[kept.article], std::slice::from_ref(&kept), 3)
        .unwrap();
    kept.title = "New title".into();
    index.replace(&[kept.article], &[kept], 4).unwrap();
    drop(index);
    let index = Index::open(dir.path()).unwrap();
    assert_eq!(index.position().unwrap(), 4);
    assert!(index.query("old", &visible, 0..10).unwrap().hits.is_empty());
    assert_eq!(
        index.query("alpha", &visible, 0..10).unwrap().hits[0].title,
        "New title"
    );
}

#[test]
fn title_matches_rank_first_and_articles_are_listed_once() {
    let library = library(|module| {
        vec![
            entry(
                module,
                "Other",
                Some(1),
                &[section("a", "about audits"), section("b", "audits")],
            ),
            entry(module, "Audits", Some(1), &[section("a", "what they are")]),
        ]
    });
    assert_eq!(library.titles("audits"), ["Audits", "Other"]);
    assert_eq!(
        library
            .index
            .query("audits", &library.everything(), 1..2)
            .unwrap()
            .hits
            .len(),
        1
    );
}

#[test]
fn a_power_is_found_as_it_is_typed_and_not_as_another_number() {
    let library = library(|module| {
        let text = |title: &str, text: &str| entry(module, title, Some(1), &[section("a", text)]);
        vec![
            text(
                "Mark",
                &lectern_document::section_plain_text(
                    "Limit 10<sup>6</sup> CFU/ml, 5 m<sup>2</sup>, H<sub>2</sub>O",
                ),
            ),
            text("Unicode", "Limit 10⁶ CFU/ml, 5 m², H₂O"),
            text("Million", "Limit 106 CFU/ml, 1006 more"),
            text(
                "Small",
                &lectern_document::section_plain_text("Limit 10<sup>-3</sup> mol, 100<sup>6</sup>"),
            ),
        ]
    });
    let titles = |typed: &str| {
        let mut titles = library.titles(typed);
        titles.sort();
        titles
    };
    for typed in [
        "10^6",
        "10⁶",
        "\"limit 10^6 CFU\"",
        "limit 10^6",
        "m2",
        "m²",
        "m^2",
        "H2O",
        "H₂O",
    ] {
        assert_eq!(titles(typed), ["Mark", "Unicode"], "{typed}");
    }
    assert_eq!(titles("106"), ["Million"]);
    assert_eq!(titles("1006"), ["Million"]);
    assert_eq!(titles("10^-3"), ["Small"]);
    assert_eq!(titles("10⁻³ mol"), ["Small"]);
    assert!(library.find("10⁶")[0].snippet_html.contains("<mark>10"));
}

#[test]
fn signs_are_no_commands() {
    let library = library(gloves);
    for typed in [
        "zebra: *",
        "body:>a",
        "version:[0 TO 9]",
        "-zebra",
        "NOT zebra",
        "/fr.*/",
    ] {
        assert!(library.find(typed).is_empty(), "{typed}");
    }
    assert_eq!(library.titles("+gloves (sterile)"), ["Donning gloves"]);
}
