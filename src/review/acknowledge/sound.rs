//! What the journal says of an acknowledgement, for whoever verifies the record of it.

use lectern_journal::Entry;

use super::record::Acknowledgement;

/// Reads an acknowledgement from the entry of the journal that holds it, as its record must be.
pub fn told_acknowledgement(entry: &Entry) -> Option<Acknowledgement> {
    if entry.deed != "reading.acknowledged" {
        return None;
    }
    let mut told = entry.new.clone()?;
    told.as_object_mut()?
        .insert("journal_seq".to_owned(), entry.seq.into());
    serde_json::from_value(told).ok()
}
