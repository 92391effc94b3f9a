//! What changed between two texts, section by section and word by word.

use askama::Template;
use axum::response::Response;

use super::history::label;
use super::layout::{self, Frame};
use super::visit::Visit;
use crate::http::error::Reply;
use crate::http::extract::Id;
use crate::revision::{Change, ChangeKind, SectionDiff};

#[derive(Template)]
#[template(path = "diff.html")]
pub(super) struct DiffPage {
    pub frame: Frame,
    pub slug: String,
    pub title: String,
    pub from: String,
    pub to: String,
    pub sections: Vec<SectionChanges>,
}

/// The changes of one section.
pub(super) struct SectionChanges {
    pub key: String,
    pub title: String,
    pub pieces: Vec<Piece>,
    /// The whole text as safe HTML, shown instead when the section is new.
    pub whole: Option<String>,
}

impl SectionChanges {
    /// Whether anything differs.
    pub fn changed(&self) -> bool {
        self.pieces.iter().any(|piece| piece.kind != Kind::Same)
    }

    /// One line for those who look over all sections.
    pub fn summary(&self) -> &'static str {
        let has = |kind| self.pieces.iter().any(|piece| piece.kind == kind);
        match (has(Kind::Added), has(Kind::Removed)) {
            (true, true) => "Words were added and removed.",
            (true, false) => "Words were added.",
            (false, true) => "Words were removed.",
            (false, false) => "Unchanged.",
        }
    }
}

/// A run of words with one fate.
pub(super) struct Piece {
    pub kind: Kind,
    pub text: String,
}

/// What happened to a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Same,
    Added,
    Removed,
}

impl Kind {
    /// The name the page matches on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// How two revisions differ.
pub async fn show(visit: Visit, Id(_): Id<String>) -> Reply<Response> {
    let from = visit
        .app
        .open_revision(&visit.caller, visit.asked.read("from")?)
        .await?
        .0;
    let (to, opened) = visit
        .app
        .open_revision(&visit.caller, visit.asked.read("to")?)
        .await?;
    let page = DiffPage {
        sections: sections(visit.app.revisions.diff(&from, &to).await?),
        from: format!("revision {} ({})", from.number, label(&from)),
        to: format!("revision {} ({})", to.number, label(&to)),
        slug: opened.article.slug,
        title: opened.article.title,
        frame: visit.frame,
    };
    Ok(layout::show(&page))
}

/// The changes of each section, as the page shows them.
pub(super) fn sections(found: Vec<SectionDiff>) -> Vec<SectionChanges> {
    let piece = |change: Change| Piece {
        kind: match change.kind {
            ChangeKind::Same => Kind::Same,
            ChangeKind::Added => Kind::Added,
            ChangeKind::Removed => Kind::Removed,
        },
        text: change.text,
    };
    let section = |diff: SectionDiff| SectionChanges {
        key: diff.key,
        title: diff.title,
        pieces: diff.changes.into_iter().map(piece).collect(),
        whole: None,
    };
    found.into_iter().map(section).collect()
}
