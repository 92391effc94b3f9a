//! The audit trail, for administrators: the journal page by page.

use askama::Template;

use super::layout::Frame;
use super::view::Moment;

#[derive(Template)]
#[template(path = "journal.html")]
pub(super) struct JournalPage {
    pub frame: Frame,
    pub entries: Vec<EntryRow>,
    pub older: Option<u64>,
}

/// One deed.
pub(super) struct EntryRow {
    pub number: u64,
    pub at: Moment,
    pub who: String,
    pub what: String,
    pub details: String,
}
