//! Home, module, starting an article, reading, writing, templates, search.

use super::super::home::{FirstRun, HomePage, ModuleCard, Sample, WaitingReview};
use super::super::module::{Member, ModuleHead, ModulePage, NewModulePage};
use super::super::new_article::{NewArticlePage, TemplateCard};
use super::super::read::{Backlink, ReadPage, UnapprovedPage};
use super::super::search::{ArticleResult, HitRow, SearchPage};
use super::super::templates::{TemplatePage, TemplateSection, TemplatesPage};
use super::super::view::{Choice, Fact, Field, Html, SectionView};
use super::super::write::WritePage;
use super::{Pages, add, articles, day, frame, module, roles};

pub(super) fn add_all(pages: &mut Pages) {
    add(pages, "home", &home());
    add(pages, "home_first", &first_home());
    add(pages, "module", &module_page());
    add(pages, "new_module", &new_module());
    add(pages, "new_article", &new_article());
    add(pages, "read", &read());
    add(pages, "unapproved", &unapproved());
    add(pages, "write", &write());
    let templates = TemplatesPage {
        frame: frame().at("templates"),
        templates: cards(),
    };
    add(pages, "templates", &templates);
    add(pages, "template", &template());
    add(pages, "search", &search());
    let nothing = SearchPage {
        results: vec![],
        found: "Nothing found".into(),
        ..search()
    };
    add(pages, "search_nothing", &nothing);
}

fn home() -> HomePage {
    HomePage {
        frame: frame().at("home"),
        greeting: "Good to see you, Ada".into(),
        first_run: None,
        waiting: vec![WaitingReview {
            id: "1".into(),
            title: "Recognising and reporting adverse events in the field".into(),
            module: "Field basics".into(),
            kind: "major",
            requested_by: "Ben Okafor".into(),
            requested_at: day(),
        }],
        drafts: articles(),
        published: articles(),
        modules: vec![card(), card()],
        may_found: true,
        sample: Some(Sample { present: true }),
    }
}

fn card() -> ModuleCard {
    ModuleCard {
        slug: "field-basics".into(),
        title: "Field basics".into(),
        purpose: "What everybody in the field knows before the first call.".into(),
        articles: "12 articles".into(),
        nature: "open, informal".into(),
    }
}

fn first_home() -> HomePage {
    HomePage {
        first_run: Some(FirstRun {
            people: true,
            modules: false,
        }),
        waiting: vec![],
        drafts: vec![],
        published: vec![],
        modules: vec![],
        sample: Some(Sample { present: false }),
        ..home()
    }
}

fn module_page() -> ModulePage {
    ModulePage {
        frame: frame(),
        problem: None,
        module: ModuleHead {
            slug: "field-basics".into(),
            title: "Field basics".into(),
            purpose: "What everybody in the field knows before the first call.".into(),
            nature: "Open to everyone · informal".into(),
        },
        articles: articles(),
        members: vec![Member {
            id: "1".into(),
            name: "Ben Okafor".into(),
            roles: "Trainer, reviewer".into(),
        }],
        roles: roles(),
        login: Field::default(),
        may_write: true,
        may_steward: true,
    }
}

fn new_module() -> NewModulePage {
    NewModulePage {
        frame: frame(),
        ..NewModulePage::default()
    }
}

fn cards() -> Vec<TemplateCard> {
    let card = |id: &str, title: &str, purpose: &str, sections: &str| TemplateCard {
        id: id.into(),
        title: title.into(),
        purpose: purpose.into(),
        sections: sections.into(),
        audience: "everyone who writes reference pages".into(),
        chosen: id == "sop-module",
    };
    vec![
        card(
            "topic-article",
            "Topic article",
            "A shared reference page.",
            "Lead · Background · Key concepts · Evidence · Use at work · Misconceptions · See also · References",
        ),
        card(
            "sop-module",
            "SOP module",
            "Trains a procedure.",
            "Purpose · Scope · What changed · Steps · Critical points · If it goes wrong · Knowledge check · Acknowledge",
        ),
        card(
            "role-play",
            "Role play",
            "Rehearses a sales call.",
            "Setup · Rep brief · HCP brief · Approved messages · Objections · Off-label and AE handling · Rubric",
        ),
    ]
}

fn new_article() -> NewArticlePage {
    NewArticlePage {
        frame: frame(),
        problem: None,
        title: Field {
            value: String::new(),
            error: Some("Give the article a title.".into()),
        },
        template: Field::default(),
        modules: vec![Choice::new("1", "Field basics"), Choice::new("2", "Safety")],
        templates: cards(),
        may_found: true,
    }
}

fn sections() -> Vec<SectionView> {
    let section = |key: &str, title: &str, html: &str| SectionView {
        key: key.into(),
        title: title.into(),
        guidance: "Define the topic so it stands alone.".into(),
        html: html.into(),
    };
    let lead = "<p>An adverse event is any untoward medical occurrence in a person who was given a medicine, whether or not the medicine caused it. Everybody who hears of one, at work or elsewhere, reports it within <strong>one working day</strong>, because a signal that nobody passes on protects nobody.</p><p>You do not judge causality. You pass on what you heard, with <a href=\"/a/hypertension\">what is known about the medicine</a>, and <span class=\"wiki-link broken\" title=\"There is no article of this title yet\">Off-label questions</span> go to medical information.</p>";
    let steps = "<h3>Four things make a report</h3><ol><li>A person who can be identified</li><li>A reporter who can be asked<ul><li>a name is enough</li></ul></li><li>A product</li><li>An event</li></ol><blockquote class=\"markdown-alert-warning\"><p>Never ask for more than these four before you report.</p></blockquote><table><thead><tr><th>Channel</th><th>Clock</th></tr></thead><tbody><tr><td>Telephone 0800 000 000</td><td>Day 0 is the day you heard of it</td></tr><tr><td>safety@example.org</td><td>One working day</td></tr></tbody></table><p>Write <code>day 0</code> in the form.</p><pre><code>day 0 = 4 May\nreport by = 5 May</code></pre>";
    vec![
        section("lead", "Lead", lead),
        section("key_concepts", "Key concepts", steps),
        section(
            "background",
            "Background",
            "<p>Regulators learn about rare harm from the field, not from trials.</p><blockquote><p>Silence is not evidence of safety.</p></blockquote>",
        ),
        section(
            "references",
            "References",
            "<ol><li>EMA, Guideline on good pharmacovigilance practices, Module VI. <a href=\"https://www.ema.europa.eu\">ema.europa.eu</a>, seen 2 May 2026.</li></ol>",
        ),
    ]
}

fn facts() -> Vec<Fact> {
    let fact = |title: &str, value: &str| Fact {
        title: title.into(),
        value: value.into(),
    };
    vec![
        fact("Audience", "field force, customer service"),
        fact("Country", "DE, AT, CH"),
    ]
}

fn read() -> ReadPage {
    ReadPage {
        frame: frame(),
        module: module(),
        slug: "adverse-events".into(),
        title: "Recognising and reporting adverse events in the field".into(),
        standing: Html::text("v3.0 · effective ")
            .at(day())
            .and(" · approved by Ben Okafor and Chiara Bellini · review by November 2028"),
        note: Some("v4.0 is in review (1 of 2).".into()),
        open_review: Some("1".into()),
        may_write: true,
        sections: sections(),
        fields: facts(),
        backlinks: vec![Backlink {
            slug: "x".into(),
            title: "Your first week".into(),
            module: "Onboarding".into(),
        }],
        contributors: "Ada Lindqvist and Dana Reyes".into(),
        hash: "3f786850e387550fdab836ed7e6dc881de23001b4f6b2d1c9c1f0a7e5d2c4b6a".into(),
    }
}

fn unapproved() -> UnapprovedPage {
    UnapprovedPage {
        frame: frame(),
        module: module(),
        slug: "first-call".into(),
        title: "First call with a new practice".into(),
        headline: "No approved version yet",
        explanation: "People are writing it. It will stand here as soon as it is approved.".into(),
        may_write: false,
    }
}

fn write() -> WritePage {
    WritePage {
        frame: frame(),
        draft: r#"{"article":"1"}"#.into(),
        module: module(),
        slug: "adverse-events".into(),
        title: "Recognising and reporting adverse events in the field".into(),
        standing: Html::text("Effective v3.0 since ").at(day()),
        open_review: None,
        may_request: true,
        fields: facts(),
        sections: sections(),
    }
}

fn template() -> TemplatePage {
    let section = |title: &str, guidance: &str, demands: &str| TemplateSection {
        title: title.into(),
        guidance: guidance.into(),
        demands: demands.into(),
    };
    TemplatePage {
        frame: frame().at("templates"),
        id: "topic-article".into(),
        title: "Topic article".into(),
        purpose: "A shared reference page that stands alone.".into(),
        version: 1,
        audience: "everyone".into(),
        control: "informal".into(),
        sections: vec![
            section(
                "Lead",
                "Define the topic so it stands alone.",
                "Required, 60–120 words",
            ),
            section(
                "Use at work",
                "One case inside, one outside the company.",
                "100–250 words",
            ),
        ],
        fields: "Aliases, audience, country".into(),
        quorum: "One reviewer who did not write it approves.".into(),
        cycle: "Reviewed again after 24 months.".into(),
        checklist: vec!["Every claim is cited.".into()],
    }
}

fn search() -> SearchPage {
    let mut frame = frame();
    frame.query = "adverse evnt".into();
    SearchPage {
        frame,
        found: "2 places in 1 article".into(),
        results: vec![ArticleResult {
            href: "/a/adverse-events".into(),
            title: "Recognising and reporting adverse events in the field".into(),
            module: "Field basics".into(),
            standing: "v3.0".into(),
            hits: vec![HitRow {
                href: "/a/adverse-events#section-lead".into(),
                section: "Lead".into(),
                snippet: "An <mark>adverse</mark> <mark>event</mark> is any untoward medical occurrence in a person who was given a medicine".into(),
            }],
        }],
        next: Some("/search?q=a&after=2".into()),
    }
}
