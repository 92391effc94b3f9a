//! History of a draft: revisions, one of them, and how two differ.

use askama::Template;

use super::layout::Frame;
use super::view::{Field, Html, ModuleLink, Moment, SectionView};

#[derive(Template)]
#[template(path = "history.html")]
pub(super) struct HistoryPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub revisions: Vec<RevisionRow>,
    pub next: Option<String>,
    pub name: Field,
    pub may_write: bool,
    pub may_restore: bool,
}

/// One revision in the list.
pub(super) struct RevisionRow {
    pub id: String,
    pub number: u32,
    /// Why it was made, or the name it was given.
    pub label: String,
    pub made_at: Moment,
    pub contributors: String,
    /// "v2.0", when it became one.
    pub version: Option<Html>,
    /// The id of the revision before it.
    pub earlier: Option<String>,
}

#[derive(Template)]
#[template(path = "revision.html")]
pub(super) struct RevisionPage {
    pub frame: Frame,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub number: u32,
    pub label: String,
    pub made_at: Moment,
    pub contributors: String,
    pub sections: Vec<SectionView>,
    pub hash: String,
}
