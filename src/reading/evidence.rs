//! What the journal says of an acknowledgement, for verification of its record.

use lectern_journal::{Entry, Event as _};

use super::event::ReadingEvent;
use super::record::Acknowledgement;

/// Returns the acknowledgement that a journal entry records, as its record must be; `None` for any
/// other entry.
pub fn recorded_acknowledgement(entry: &Entry) -> Option<Acknowledgement> {
    match ReadingEvent::of(entry)? {
        ReadingEvent::Acknowledged { new } => Some(Acknowledgement {
            journal_seq: entry.seq,
            ..new.0
        }),
        _ => None,
    }
}
