//! Extracts of the journal: `journal.jsonl`.

use lectern_journal::Entry;

use crate::contents::JOURNAL;

/// Returns whether a file of a pack is an extract of the journal.
pub fn is_extract(name: &str) -> bool {
    name.rsplit('/').next() == Some(JOURNAL)
}

/// Writes entries as an extract: canonical JSON (RFC 8785), one entry a line.
pub fn write_extract(entries: &[Entry]) -> Vec<u8> {
    let mut text = Vec::new();
    for entry in entries {
        text.extend(lectern_base::canonical(entry));
        text.push(b'\n');
    }
    text
}

/// Reads an extract and verifies the hash of each entry.
///
/// # Errors
/// Says which entry was changed, is out of order, or does not follow the one before it.
pub fn read_extract(text: &[u8]) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let entry: Entry = serde_json::from_slice(line).map_err(|cause| cause.to_string())?;
        let fault = match entries.last() {
            _ if entry.compute() != entry.hash => Some("it was changed after it was written"),
            Some(before) if entry.seq <= before.seq => Some("it stands behind a later one"),
            Some(before) if entry.seq == before.seq + 1 && entry.prev != before.hash => {
                Some("it does not follow the entry before it")
            }
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(format!("journal entry {}: {fault}", entry.seq));
        }
        entries.push(entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ImportedPack, PackEvent};
    use lectern_base::{FixedClock, Subject, Timestamp};
    use lectern_journal::{Actor, AuditEvent, Journal};
    use lectern_store::{self as store, Batch};

    async fn three_entries() -> Vec<Entry> {
        let dir = tempfile::tempdir().unwrap();
        let clock = std::sync::Arc::new(FixedClock::at(Timestamp::from_millis(0)));
        let journal = Journal::open(store::open(dir.path()).unwrap(), clock);
        let journal = journal.await.unwrap();
        let imported = || PackEvent::Imported {
            new: ImportedPack {
                files: 1,
                articles: 0,
            },
        };
        let event =
            |number: u32| AuditEvent::new(Actor::System, imported(), Subject::new("pack", number));
        let events = (1..=3).map(event).collect();
        journal.record(Batch::new(), events).await.unwrap()
    }

    #[tokio::test]
    async fn each_entry_of_an_extract_is_proven_and_so_are_neighbours() {
        let mut entries = three_entries().await;
        let read = |entries: &[Entry]| read_extract(&write_extract(entries));
        assert_eq!(read(&entries), Ok(entries.clone()));
        let gap = [entries[0].clone(), entries[2].clone()];
        assert_eq!(read(&gap).unwrap().len(), 2);
        let swapped = [entries[1].clone(), entries[0].clone()];
        assert!(read(&swapped).unwrap_err().starts_with("journal entry 1"));
        entries[1].reason = Some("never said".to_owned());
        assert!(read(&entries).unwrap_err().starts_with("journal entry 2"));
        entries[1].hash = entries[1].compute();
        assert!(read(&entries).unwrap_err().starts_with("journal entry 3"));
    }
}
