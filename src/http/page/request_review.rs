//! Asking for a review of the draft as it stands.

use askama::Template;

use super::layout::Frame;
use super::view::Field;

#[derive(Template)]
#[template(path = "request_review.html")]
pub(super) struct RequestReviewPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub slug: String,
    pub title: String,
    pub missing: Vec<MissingSection>,
    pub change_summary: Field,
    pub minor: bool,
    pub who_decides: String,
}

/// A required section without text.
pub(super) struct MissingSection {
    pub key: String,
    pub title: String,
}
