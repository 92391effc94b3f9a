//! Reading: the approved version, or a page that says why there is none. No draft text here.

use askama::Template;

use super::layout::Frame;
use super::view::{Fact, Html, ModuleLink, SectionView};

#[derive(Template)]
#[template(path = "read.html")]
pub(super) struct ReadPage {
    pub frame: Frame,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    /// "v3.0 · effective 4 May 2026 · approved by … · review by November 2028".
    pub standing: Html,
    /// What writers see in addition: "v4.0 in review (1 of 2)".
    pub note: Option<String>,
    pub open_review: Option<String>,
    pub may_write: bool,
    pub sections: Vec<SectionView>,
    pub fields: Vec<Fact>,
    pub backlinks: Vec<Backlink>,
    pub contributors: String,
    pub hash: String,
}

/// An article that links here.
pub(super) struct Backlink {
    pub slug: String,
    pub title: String,
    pub module: String,
}

#[derive(Template)]
#[template(path = "unapproved.html")]
pub(super) struct UnapprovedPage {
    pub frame: Frame,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub headline: &'static str,
    pub explanation: String,
    pub may_write: bool,
}
