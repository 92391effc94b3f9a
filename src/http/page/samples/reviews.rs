//! History, comparison, request, review.

use super::super::diff::{DiffPage, Kind, Piece, SectionChanges};
use super::super::history::{HistoryPage, RevisionPage, RevisionRow};
use super::super::request_review::{MissingSection, RequestReviewPage};
use super::super::review::{ChecklistItem, DecisionRow, ReviewPage};
use super::super::view::{Field, Html, SectionView};
use super::{Pages, add, day, frame, minute, module};

const TITLE: &str = "Recognising and reporting adverse events in the field";

pub(super) fn add_all(pages: &mut Pages) {
    add(pages, "history", &history());
    add(pages, "revision", &revision());
    add(pages, "diff", &diff());
    add(pages, "request_review", &request());
    add(pages, "review", &review());
    let decided = ReviewPage {
        open: false,
        may_decide: false,
        why_not: Some("You wrote part of this text, so somebody else decides.".into()),
        first: true,
        compared_with: "The whole text".into(),
        ..review()
    };
    add(pages, "review_decided", &decided);
}

fn history() -> HistoryPage {
    let row = |number, label: &str, version| RevisionRow {
        id: format!("r{number}"),
        number,
        label: label.into(),
        made_at: minute(),
        contributors: "Ada Lindqvist, Dana Reyes".into(),
        version,
        earlier: (number > 12).then(|| format!("r{}", number - 1)),
    };
    HistoryPage {
        frame: frame(),
        problem: None,
        module: module(),
        slug: "adverse-events".into(),
        title: TITLE.into(),
        revisions: vec![
            row(14, "Before the label change", None),
            row(13, "Request for review", Some(Html::text("Became v3.0"))),
            row(12, "End of a writing session", None),
        ],
        next: None,
        name: Field::default(),
        may_write: true,
        may_restore: true,
    }
}

fn revision() -> RevisionPage {
    RevisionPage {
        frame: frame(),
        module: module(),
        slug: "adverse-events".into(),
        title: TITLE.into(),
        number: 13,
        label: "Request for review".into(),
        made_at: minute(),
        contributors: "Ada Lindqvist".into(),
        sections: vec![SectionView {
            key: "lead".into(),
            title: "Lead".into(),
            guidance: String::new(),
            html: "<p>Everybody who hears of one reports it.</p>".into(),
        }],
        hash: "3f786850e387550fdab836ed7e6dc881".into(),
    }
}

fn changes() -> Vec<SectionChanges> {
    let piece = |kind, text: &str| Piece {
        kind,
        text: text.into(),
    };
    let section = |key: &str, title: &str, pieces, whole| SectionChanges {
        key: key.into(),
        title: title.into(),
        pieces,
        whole,
    };
    let reworded = vec![
        piece(Kind::Same, "Everybody who hears of one reports it within "),
        piece(Kind::Removed, "24 hours"),
        piece(Kind::Added, "one working day"),
        piece(
            Kind::Same,
            ", because a signal that nobody passes on protects nobody.",
        ),
    ];
    let whole = Some("<p>Regulators learn about rare harm from the field.</p>".to_owned());
    vec![
        section("lead", "Lead", reworded, None),
        section("background", "Background", vec![], whole),
        section(
            "references",
            "References",
            vec![piece(Kind::Same, "1. EMA")],
            None,
        ),
    ]
}

fn diff() -> DiffPage {
    DiffPage {
        frame: frame(),
        slug: "adverse-events".into(),
        title: TITLE.into(),
        from: "revision 12".into(),
        to: "revision 13".into(),
        sections: changes(),
    }
}

fn request() -> RequestReviewPage {
    RequestReviewPage {
        frame: frame(),
        problem: None,
        slug: "adverse-events".into(),
        title: TITLE.into(),
        missing: vec![MissingSection {
            key: "lead".into(),
            title: "Lead".into(),
        }],
        change_summary: Field {
            value: String::new(),
            error: Some("Say what changed.".into()),
        },
        minor: false,
        who_decides: "Ben Okafor or Chiara Bellini decides; one approval is enough.".into(),
    }
}

fn review() -> ReviewPage {
    ReviewPage {
        frame: frame(),
        problem: None,
        id: "1".into(),
        module: module(),
        slug: "adverse-events".into(),
        title: TITLE.into(),
        state: Html::text("Waits for decisions · 1 of 2 approvals"),
        open: true,
        change_summary: "The reporting clock follows the new guideline.".into(),
        kind: "Major",
        requested_by: "Ada Lindqvist".into(),
        requested_at: day(),
        contributors: "Ada Lindqvist and Dana Reyes".into(),
        compared_with: "Changes since v2.0".into(),
        first: false,
        sections: changes(),
        hash: "3f786850e387550fdab836ed7e6dc881de23001b4f6b2d1c9c1f0a7e5d2c4b6a".into(),
        checklist: vec![
            ChecklistItem {
                text: "Every claim is cited.".into(),
                ticked: false,
            },
            ChecklistItem {
                text: "Nothing goes beyond the current label.".into(),
                ticked: false,
            },
        ],
        unchecked: Field::default(),
        reason: Field::default(),
        may_decide: true,
        why_not: None,
        decisions: vec![DecisionRow {
            verdict: "approve",
            words: "Approved",
            person: "Ben Okafor".into(),
            at: minute(),
            reason: "Clear and complete.".into(),
        }],
        quorum: "1 of 2 approvals.".into(),
        may_withdraw: true,
        may_resubmit: true,
        resubmit_summary: Field::default(),
    }
}
