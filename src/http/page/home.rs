//! Home: what waits for the person first, then their drafts, what is new, and the modules.

use askama::Template;

use super::layout::Frame;
use super::view::{ArticleRow, Moment};

#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct HomePage {
    pub frame: Frame,
    pub greeting: String,
    pub first_run: Option<FirstRun>,
    pub waiting: Vec<WaitingReview>,
    pub drafts: Vec<ArticleRow>,
    pub published: Vec<ArticleRow>,
    pub modules: Vec<ModuleCard>,
    pub may_found: bool,
    pub sample: Option<Sample>,
}

/// What the person may do about each of the first three things.
pub(super) struct FirstRun {
    pub people: bool,
    pub modules: bool,
}

/// A review that needs this person's decision.
pub(super) struct WaitingReview {
    pub id: String,
    pub title: String,
    pub module: String,
    pub kind: &'static str,
    pub requested_by: String,
    pub requested_at: Moment,
}

/// A module the person can see.
pub(super) struct ModuleCard {
    pub slug: String,
    pub title: String,
    pub purpose: String,
    pub articles: String,
    pub nature: String,
}

/// The sample module: whether it is there.
pub(super) struct Sample {
    pub present: bool,
}
