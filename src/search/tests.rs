//! Who finds what.

use lectern_base::{ArticleId, ModuleId, PersonId};

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
        aliases: String::new(),
        version,
        language: None,
        template: vec!["topic-article".into(), "Topic article".into()],
        people: Vec::new(),
        changed: 0,
        values: Vec::new(),
        has: Vec::new(),
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

    fn results(&self, typed: &str) -> Results {
        let question = Question::read(typed);
        self.index
            .query(&question, &self.everything(), 0..10)
            .unwrap()
    }

    fn find(&self, typed: &str) -> Vec<Hit> {
        self.results(typed).hits
    }

    fn titles(&self, typed: &str) -> Vec<String> {
        let hits = self.find(typed).into_iter();
        hits.map(|hit| hit.found.title).collect()
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
        (
            hit.found.section_key.as_str(),
            hit.found.section_title.as_str()
        ),
        ("steps", "STEPS")
    );
    let snippet = &hit.found.snippet_html;
    assert!(snippet.contains("<mark>cuff</mark>"), "{snippet}");
    assert!(snippet.contains("&lt;b&gt;"), "{snippet}");
    assert_eq!(hit.version, Some(2));
    let near = &library.find("cufff")[0].found.snippet_html;
    assert!(near.contains("<mark>cuff</mark>"), "{near}");
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
    let secret = Question::read("secret");
    assert_eq!(
        library.index.query(&secret, &reader, 0..10).unwrap().hits,
        []
    );
    assert_eq!(library.titles("secret"), ["Secret"]);
    let stranger = VisibleModules {
        effective_in: vec![ModuleId::new()],
        drafts_in: vec![],
    };
    assert_eq!(
        library
            .index
            .query(&secret, &stranger, 0..10)
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
    let find = |typed: &str| {
        let question = Question::read(typed);
        index.query(&question, &visible, 0..10).unwrap().hits
    };
    assert!(find("old").is_empty());
    assert_eq!(find("alpha")[0].found.title, "New title");
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
            .query(&Question::read("audits"), &library.everything(), 1..2)
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
    assert!(
        library.find("10⁶")[0]
            .found
            .snippet_html
            .contains("<mark>10")
    );
}

#[test]
fn any_word_matches_over_the_whole_article_and_more_words_rank_higher() {
    let library = library(gloves);
    assert_eq!(
        library.titles("soap packet cuff"),
        ["Donning gloves", "Hand washing"],
        "two words in two sections before one"
    );
    for typed in [
        "how to put on gloves",
        "How do I put gloves on?",
        "what is the cuff of a glove",
    ] {
        assert_eq!(library.titles(typed), ["Donning gloves"], "{typed}");
    }
    assert_eq!(library.titles("hand zebra"), ["Hand washing"]);
    assert_eq!(library.results("hand zebra").missing, ["zebra"]);
}

#[test]
fn signs_are_no_commands() {
    let library = library(|module| {
        let text = |title: &str, text: &str| entry(module, title, Some(1), &[section("a", text)]);
        vec![
            text("A", "The vaccine is kept in the freezer at -80 °C."),
            text("B", "The plasma is kept in the freezer at -20 °C."),
            text("C", "DO NOT FREEZE this product."),
            text("D", "DO shake the bottle before use."),
            text("E", "Sterilise at 80 °C; 100 % of C++ code is tested. 😷"),
        ]
    });
    for typed in ["-80", "freezer -80", "freezer -80 °C", "freezer −80"] {
        assert_eq!(library.titles(typed)[0], "A", "{typed}");
    }
    assert_eq!(library.titles("80 °C")[0], "E");
    assert_eq!(library.titles("NOT FREEZE"), ["C"]);
    for typed in ["%", "C++", "😷", "a or 100"] {
        assert_eq!(library.titles(typed)[0], "E", "{typed}");
    }
    for typed in [
        "time: *",
        "zebra: *",
        "body:>x",
        "version:[x TO z]",
        "-zebra",
        "NOT zebra",
        "/fr.*/",
        "*",
    ] {
        assert!(library.find(typed).is_empty(), "{typed}");
    }
    assert_eq!(library.titles("+plasma (kept)")[0], "B");
}

#[test]
fn phrases_exclusions_and_filters_are_enforced() {
    let (ada, rob) = (PersonId::new(), PersonId::new());
    let library = library(|module| {
        let cold = entry(
            module,
            "Cold",
            Some(1),
            &[section("a", "Store it cold and dry. #Cold-Chain")],
        );
        let dry = entry(
            module,
            "Dry",
            Some(1),
            &[section("a", "Store it dry and cold.")],
        );
        let draft = entry(module, "New", None, &[section("a", "Store it warm.")]);
        vec![
            IndexEntry {
                people: vec![ada],
                changed: 1_767_225_600,
                has: vec!["table"],
                ..cold
            },
            IndexEntry {
                people: vec![rob],
                changed: 1_775_000_000,
                ..dry
            },
            IndexEntry {
                people: vec![rob],
                changed: 1_780_000_000,
                template: vec!["sop-module".into()],
                ..draft
            },
        ]
    });
    for (typed, expected) in [
        ("\"cold and dry\"", "Cold"),
        ("store \"dry and cold\"", "Dry"),
        ("\"cold dry\"", ""),
        ("store -warm -\"cold and dry\"", "Dry"),
        ("store tag:cold-chain", "Cold"),
        ("#cold-chain", "Cold"),
        ("store has:table", "Cold"),
        ("store state:draft", "New"),
        ("store before:2026-01-02", "Cold"),
        ("store after:2026-05", "New"),
        ("template:\"SOP module\"", "New"),
        (
            "store template:\"topic article\" state:approved",
            "Cold Dry",
        ),
        ("state:approved dry", "Cold Dry"),
        ("state:approved store -tag:x dry -#cold", "Cold Dry"),
    ] {
        let mut titles = library.titles(typed);
        titles.sort();
        assert_eq!(titles.join(" "), expected, "{typed}");
    }
    let mut question = Question::read("by:rob store");
    question.set_people(vec![vec![rob]]);
    let found = library
        .index
        .query(&question, &library.everything(), 0..10)
        .unwrap();
    assert_eq!(found.total, 2);
    assert!(library.find("by:nobody store").is_empty());
    assert_eq!(
        library.titles("after:2026"),
        ["New", "Dry", "Cold"],
        "the latest first"
    );
}

#[test]
fn words_of_every_script_are_found_however_they_are_written() {
    let library = library(|module| {
        let text = |title: &str, text: &str| entry(module, title, Some(1), &[section("a", text)]);
        vec![
            text(
                "Han",
                "患者接种后应观察三十分钟。本规程适用于所有参与疫苗冷链运输储存和发放的培训人员以及其直接主管和质量代表。",
            ),
            text(
                "Kana",
                "作業者は手袋を着用する前に手を洗わなければならない。",
            ),
            text("Thai", "ผู้ปฏิบัติงานต้องล้างมือก่อนสวมถุงมือทุกครั้ง"),
            text("Korean", "장갑을 착용하기 전에 손을 씻으십시오."),
            text(
                "Russian",
                "Проверка рентгеноэлектрокардиографического оборудования.",
            ),
            text("Arabic", "يَجِبُ غَسْلُ اليَدَيْنِ"),
            text(
                "German",
                "Das re\u{301}sume\u{301} nennt den Befu\u{308}llvorgang. Die Gefäße prüfen. Vor dem Abgleich die Größe prüfen: Büchel. Volumen 5µm. Die Arzneimittelsicherheit ist nach dem Gesetz zu prüfen.",
            ),
            text(
                "English",
                "Give 10 mg of the beta-blocker with IL-6 and TNF-α. See SOP-0042 on COVID-19. Anti\u{ad}body of H₂O.",
            ),
        ]
    });
    for (title, queries) in [
        ("Han", "观察|三十分|本规|冷链|冷链运输"),
        ("Kana", "手袋|作業者|着用"),
        ("Thai", "ถุงมือ|ล้างมือ"),
        ("Korean", "장갑|착용|손을"),
        ("Russian", "рентгеноэлектрокардиографического|проверки"),
        ("Arabic", "اليدين|غسل"),
        (
            "German",
            "résumé|resume|Befüllvorgang|Gefäße|gefaesse|Büchel|buechel|Größe|GROESSE|5μm|Sicherheit|Arzneimittel|arzneimittelsicherheit|Gefäßen",
        ),
        (
            "English",
            "10mg|10 mg|betablocker|beta blocker|beta-blockers|IL6|il 6|IL-6|TNF alpha|TNFα|tnf-alpha|SOP0042|sop 0042|COVID19|antibody|h2o",
        ),
    ] {
        for typed in queries.split('|') {
            let hits = library.find(typed);
            let first = hits.first().map(|hit| hit.found.title.as_str());
            assert_eq!(first, Some(title), "{typed}");
            assert!(
                hits[0].found.snippet_html.contains("<mark>"),
                "{typed}: {}",
                hits[0].found.snippet_html
            );
        }
    }
    let marked = |typed: &str, expected: &str| {
        let snippet = library.find(typed)[0].found.snippet_html.clone();
        assert!(
            snippet.contains(&format!("<mark>{expected}</mark>")),
            "{typed}: {snippet}"
        );
    };
    marked("三十分", "三十分");
    marked("手袋", "手袋");
    marked("ถุงมือ", "ถุงมือ");
    marked("befüllvorgang", "Befu\u{308}llvorgang");
    marked("10mg", "10 mg");
    marked("betablocker", "beta-blocker");
}

#[test]
fn compounds_find_their_parts_and_parts_their_compounds() {
    let library = library(|module| {
        let text = |title: &str, text: &str| IndexEntry {
            language: Some("de".into()),
            ..entry(module, title, Some(1), &[section("a", text)])
        };
        vec![
            text("Ganz", "Die Arzneimittelsicherheit wird geprüft."),
            text("Teil", "Für Sicherheit und Arzneimittel sorgen."),
        ]
    });
    assert_eq!(library.titles("Sicherheit"), ["Teil", "Ganz"]);
    assert_eq!(library.titles("Arzneimittelsicherheit"), ["Ganz", "Teil"]);
    assert_eq!(library.titles("arzneimittel"), ["Teil", "Ganz"]);
}

#[test]
fn similar_words_are_shown_only_where_exact_ones_are_few_and_are_named() {
    let library = library(|module| {
        let text = |title: &str, text: &str| entry(module, title, Some(1), &[section("a", text)]);
        vec![
            text("High", "Treat hypertension early."),
            text("Low", "Treat hypotension early."),
            text("Other", "Treat it early."),
        ]
    });
    assert_eq!(library.titles("hypotension")[0], "Low");
    let results = library.results("hypotenison");
    assert_eq!(results.hits[0].found.title, "Low");
    assert_eq!(
        results.near,
        [Near {
            typed: "hypotenison".into(),
            shown: vec!["hypotension".into()],
            instead: true
        }]
    );
    assert!(library.results("treat early").near.is_empty());
    assert!(
        library.find("xypotension").is_empty(),
        "the first letter is kept"
    );
    assert!(library.find("eary xx").len() == 3 && library.find("eay").is_empty());
    assert_eq!(
        library.titles("treat hypert")[0],
        "High",
        "an unfinished word"
    );
}

#[test]
fn similar_words_tell_nothing_of_what_one_may_not_see() {
    let hidden = ModuleId::new();
    let library = library(|module| {
        vec![
            entry(module, "Open", Some(1), &[section("a", "alpha")]),
            entry(
                hidden,
                "Hidden",
                Some(1),
                &[section("a", "aztreonam lysine")],
            ),
        ]
    });
    for typed in ["aztreonan", "aztre", "aztreonam", "lysin"] {
        let results = library.results(typed);
        assert_eq!((results.total, results.near.len()), (0, 0), "{typed}");
        assert_eq!(results.missing, [typed]);
    }
}

#[test]
fn the_approved_version_comes_first_and_its_draft_beneath() {
    let library = library(|module| {
        let version = entry(
            module,
            "Vaccines",
            Some(3),
            &[section("a", "Keep penguins cold.")],
        );
        let draft = IndexEntry {
            version: None,
            sections: vec![section("b", "Keep penguins very cold, penguins.")],
            ..version.clone()
        };
        vec![draft, version]
    });
    let results = library.results("penguins");
    assert_eq!((results.total, results.hits.len()), (1, 1));
    let hit = &results.hits[0];
    assert_eq!(
        (hit.version, hit.found.section_key.as_str()),
        (Some(3), "a")
    );
    assert_eq!(hit.draft.as_ref().unwrap().section_key, "b");
    let hit = &library.find("very")[0];
    assert_eq!(
        (hit.version, &hit.draft),
        (None, &None),
        "only the draft has it"
    );
    let reader = VisibleModules {
        effective_in: vec![library.module],
        drafts_in: vec![],
    };
    let found = library
        .index
        .query(&Question::read("penguins"), &reader, 0..10)
        .unwrap();
    assert_eq!(found.hits[0].draft, None);
}

#[test]
fn one_allowed_article_is_found_among_better_ones_that_are_hidden() {
    let hidden = ModuleId::new();
    let library = library(|module| {
        let better = (0..25).map(|n| {
            entry(
                hidden,
                &format!("Audits {n}"),
                Some(1),
                &[section("a", "audits audits")],
            )
        });
        better
            .chain([entry(
                module,
                "Other",
                Some(1),
                &[section("a", "some words about audits")],
            )])
            .collect()
    });
    let results = library.results("audits");
    assert_eq!((results.total, results.hits.len()), (1, 1));
    assert_eq!(results.hits[0].found.title, "Other");
}

#[test]
fn nothing_that_is_typed_fails_or_is_slow() {
    let library = library(|module| {
        let mut entries = gloves(module);
        entries.push(entry(
            module,
            "Long",
            Some(1),
            &[section("a", &"x".repeat(60_000))],
        ));
        entries
    });
    for typed in [
        "\"".repeat(10_000),
        "gloves ".repeat(1_500),
        "a\0b \u{fffd}".into(),
        "x".repeat(60_000),
        "-".repeat(10_000),
        "e\u{301}".repeat(5_000),
        "观".repeat(10_000),
        "a-".repeat(5_000),
        "^".repeat(10_000),
        "tag:".repeat(2_000),
    ] {
        let begun = std::time::Instant::now();
        library.results(&typed);
        assert!(
            begun.elapsed().as_millis() < 500,
            "{:.20}: {:?}",
            typed,
            begun.elapsed()
        );
    }
    assert_eq!(library.titles(&"x".repeat(60_000)), ["Long"]);
    let left_out = library.results(&"gloves ".repeat(1_500)).left_out;
    assert!(left_out.unwrap().starts_with("gloves"));
}
