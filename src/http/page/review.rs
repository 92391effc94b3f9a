//! A review: what was asked, what changed, the checklist, the decision, who has decided.

use askama::Template;

use super::diff::SectionChanges;
use super::layout::Frame;
use super::view::{Field, Html, ModuleLink, Moment};

#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct ReviewPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub id: String,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub state: Html,
    /// Still waits for decisions.
    pub open: bool,
    pub change_summary: String,
    pub kind: &'static str,
    pub requested_by: String,
    pub requested_at: Moment,
    pub contributors: String,
    /// "Changes since v2.0", or "The whole text, as no version was approved before".
    pub compared_with: String,
    /// There is no earlier version to compare with.
    pub first: bool,
    pub sections: Vec<SectionChanges>,
    pub hash: String,
    pub checklist: Vec<ChecklistItem>,
    pub reason: Field,
    pub may_decide: bool,
    /// Why this person cannot decide, when they might expect to.
    pub why_not: Option<String>,
    pub decisions: Vec<DecisionRow>,
    /// "1 of 2 approvals."
    pub quorum: String,
    pub may_withdraw: bool,
    pub may_resubmit: bool,
    pub resubmit_summary: Field,
}

/// One point the reviewer has to check.
pub(super) struct ChecklistItem {
    pub text: String,
    pub ticked: bool,
}

/// What somebody decided.
pub(super) struct DecisionRow {
    /// `approve` or `reject`.
    pub verdict: &'static str,
    pub words: &'static str,
    pub person: String,
    pub at: Moment,
    pub reason: String,
}
