//! Reads everything and names the first thing that is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use lectern_base::Hash;

use super::view::Shared;
use super::{Faults, engine, layout};
use crate::{Engine, Key, LogId, Range, StoreError};

/// What a check found in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Records read.
    pub records: u64,
    /// Entries of edit logs read.
    pub log_entries: u64,
    /// Blobs whose hash is right.
    pub blobs: u64,
    /// Blobs that are not what was written.
    pub damaged: Vec<Hash>,
}

/// Items read at once.
const STRETCH: usize = 1_024;

/// Reads everything in the data directory, which nobody may hold.
///
/// # Errors
/// [`StoreError::Damaged`] names the first record or log entry that is not as written. Files stand
/// each for itself: all that are damaged are listed.
pub fn check(dir: &Path) -> Result<Checked, StoreError> {
    let engine = engine::SledEngine::open(dir, Faults::default())?;
    let mut checked = records(&engine.shared)?;
    for hash in engine.blobs().list_now()? {
        match engine.blobs().get_now(hash) {
            Err(StoreError::Damaged { .. }) => checked.damaged.push(hash),
            read => {
                read?;
                checked.blobs += 1;
            }
        }
    }
    Ok(checked)
}

/// Reads every record and log entry.
pub(super) fn records(shared: &Shared) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    for table in tables(shared)? {
        let mut logs = Logs::default();
        let mut range = Range::all().limit(STRETCH);
        loop {
            let found = shared.scan(&table, &range)?;
            let Some((last, _)) = found.last() else {
                break;
            };
            range = range.after(last);
            for (key, value) in &found {
                sound(&table, key, value)?;
                if table == layout::LOG {
                    logs.follow(key)?;
                    checked.log_entries += 1;
                } else {
                    checked.records += 1;
                }
            }
        }
        logs.end(shared)?;
    }
    Ok(checked)
}

/// Returns the names of the tables that hold anything.
fn tables(shared: &Shared) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let mut from = vec![b'r'];
    while let Some(record) = shared.read().view()?.next_key(&from)? {
        let Some((table, _)) = layout::split_key(&record) else {
            break;
        };
        found.push(table.to_owned());
        from = layout::end_of_table(table);
    }
    Ok(found)
}

/// Checks that what rooms put is the JSON they can read, and what the store puts are numbers.
fn sound(table: &str, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let sound = match table {
        layout::LOG => true,
        layout::LOG_HEAD => u64::decode(value).is_some(),
        _ => serde_json::from_slice::<serde::de::IgnoredAny>(value).is_ok(),
    };
    if sound {
        return Ok(());
    }
    let record = layout::record_key(table, key);
    Err(layout::damaged(&record, "its content cannot be read"))
}

/// The last number seen of each log: none may be missing after the first kept, nor before the head.
/// That none is missing at the end, the tally tells.
#[derive(Default)]
struct Logs(BTreeMap<LogId, u64>);

impl Logs {
    fn follow(&mut self, key: &[u8]) -> Result<(), StoreError> {
        let record = layout::record_key(layout::LOG, key);
        let Some((log, number)) = layout::entry_of(key) else {
            return Err(layout::damaged(&record, "its key cannot be read"));
        };
        match self.0.insert(log.clone(), number) {
            Some(last) if last + 1 != number => Err(missing(&log, last + 1)),
            _ => Ok(()),
        }
    }

    fn end(self, shared: &Shared) -> Result<(), StoreError> {
        for (log, last) in self.0 {
            let head = shared.get(&layout::head_key(&log))?;
            if layout::head(&log, head.as_deref())? > last {
                return Err(missing(&log, last + 1));
            }
        }
        Ok(())
    }
}

fn missing(log: &LogId, number: u64) -> StoreError {
    layout::damaged(&layout::entry_key(log, number), "it is missing")
}
