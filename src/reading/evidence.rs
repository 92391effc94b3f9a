//! What the journal says of an acknowledgement, for verification of its record.

use lectern_journal::Entry;

use super::record::Acknowledgement;

/// Returns the acknowledgement that a journal entry records, as its record must be; `None` for any
/// other entry.
pub fn recorded_acknowledgement(entry: &Entry) -> Option<Acknowledgement> {
    if entry.deed != "reading.acknowledged" {
        return None;
    }
    let mut new = entry.new.clone()?;
    new.as_object_mut()?
        .insert("journal_seq".to_owned(), entry.seq.into());
    serde_json::from_value(new).ok()
}
