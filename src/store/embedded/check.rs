//! Reads what there is and names the first thing that is wrong.

use std::collections::BTreeMap;

use sled::Tree;

use super::super::{LogId, StoreError};
use super::{layout, overlay};

/// What a check went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Records read.
    pub records: u64,
    /// Entries of edit logs read.
    pub log_entries: u64,
    /// Files whose hash is right.
    pub blobs: u64,
}

/// Reads every record but the log entries, whose number grows without bound: what a start can afford.
pub fn records(tree: &Tree) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    let before = tree.range(..layout::record_key(layout::LOG, &[]));
    let behind = tree.range(layout::behind(&layout::record_key(layout::LOG, &[]))..);
    for item in before.chain(behind) {
        let (record, head) = item.map_err(StoreError::unavailable)?;
        let Some((table, _)) = layout::split_key(&record) else {
            continue;
        };
        let value = overlay::decode(tree, &record, &head)?;
        sound(table, &record, &value)?;
        checked.records += 1;
    }
    Ok(checked)
}

/// Reads every log entry: none may be missing between the first that is kept and the head.
pub fn logs(tree: &Tree) -> Result<u64, StoreError> {
    let mut last: BTreeMap<LogId, u64> = BTreeMap::new();
    let mut read = 0;
    for item in tree.scan_prefix(layout::record_key(layout::LOG, &[])) {
        let (record, head) = item.map_err(StoreError::unavailable)?;
        overlay::decode(tree, &record, &head)?;
        let entry = layout::split_key(&record).and_then(|(_, key)| layout::split_entry(key));
        let (name, number) =
            entry.ok_or_else(|| layout::damaged(&record, "its key is no number"))?;
        let log = LogId::new(name);
        match last.insert(log.clone(), number) {
            Some(previous) if previous + 1 != number => return Err(missing(&log, previous + 1)),
            _ => read += 1,
        }
    }
    for (log, number) in last {
        let head = layout::record_key(layout::LOG_HEAD, log.as_str().as_bytes());
        let head = overlay::read(tree, &head)?.and_then(|bytes| overlay::number(&bytes));
        if head != Some(number) {
            return Err(missing(&log, head.unwrap_or(0)));
        }
    }
    Ok(read)
}

fn missing(log: &LogId, number: u64) -> StoreError {
    let entry = layout::record_key(layout::LOG, &layout::entry_key(log, number));
    layout::damaged(&entry, "it is missing")
}

fn sound(table: &str, record: &[u8], value: &[u8]) -> Result<(), StoreError> {
    let sound = match table {
        layout::META => std::str::from_utf8(value).is_ok(),
        layout::LOG_HEAD => overlay::number(value).is_some(),
        _ => serde_json::from_slice::<serde::de::IgnoredAny>(value).is_ok(),
    };
    if sound {
        Ok(())
    } else {
        Err(layout::damaged(record, "its content cannot be read"))
    }
}
