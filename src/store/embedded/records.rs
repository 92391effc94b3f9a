//! Verification of the records and log entries of an open store.

use std::collections::BTreeMap;

use lectern_base::Hash;

use super::layout;
use super::shared_db::SharedDb;
use crate::{Key, LogId, Progress, Range, StoreError};

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Number of records.
    pub records: u64,
    /// Number of entries in edit logs.
    pub log_entries: u64,
    /// Number of blobs whose content matches their hash.
    pub blobs: u64,
    /// Blobs whose content does not match their hash.
    pub damaged: Vec<Hash>,
}

/// Number of items read at a time.
const STRETCH: usize = 1_024;

/// Checks every record and log entry.
pub fn check(shared: &SharedDb, progress: &Progress) -> Result<CheckReport, StoreError> {
    let mut checked = CheckReport::default();
    for table in tables(shared)? {
        let mut logs = LogNumbersSeen::default();
        let mut range = Range::all().limit(STRETCH);
        loop {
            let found = shared.scan(&table, &range)?;
            let Some((last, _)) = found.last() else {
                break;
            };
            range = range.after(last);
            for (key, value) in &found {
                check_record(&table, key, value)?;
                if table == layout::LOG {
                    logs.follow(key)?;
                    checked.log_entries += 1;
                } else {
                    checked.records += 1;
                }
            }
            progress.report("records", checked.records + checked.log_entries);
        }
        logs.end(shared)?;
    }
    Ok(checked)
}

/// Returns the names of the tables that are not empty.
fn tables(shared: &SharedDb) -> Result<Vec<String>, StoreError> {
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

/// Checks that a record is JSON, and that the store's own records are numbers.
fn check_record(table: &str, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
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

/// The last number seen in each log, to find gaps between the first entry and the log's head.
/// The [`StoreChecksum`](super::store_checksum::StoreChecksum) finds entries missing at the end.
#[derive(Default)]
struct LogNumbersSeen(BTreeMap<LogId, u64>);

impl LogNumbersSeen {
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

    fn end(self, shared: &SharedDb) -> Result<(), StoreError> {
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
