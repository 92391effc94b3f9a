//! The writes of one group before they are applied: later batches of the group see them.

use std::collections::HashMap;

use bytes::Bytes;
use sled::{IVec, Tree};

use super::super::batch::{Batch, Write};
use super::super::{Committed, LogId, StoreError};
use super::layout;

/// The tree as it will be once the group is applied.
pub struct Overlay<'a> {
    tree: &'a Tree,
    changed: HashMap<Vec<u8>, Option<IVec>>,
}

impl<'a> Overlay<'a> {
    /// Begins with no change.
    pub fn new(tree: &'a Tree) -> Self {
        Self {
            tree,
            changed: HashMap::new(),
        }
    }

    /// Checks what `batch` expects and takes its writes in; on an error nothing of it is taken.
    pub fn take(&mut self, batch: Batch) -> Result<Committed, StoreError> {
        for expected in &batch.expected {
            let found = self.value(&layout::record_key(expected.table, &expected.key))?;
            if found.as_deref() != expected.value.as_deref() {
                return Err(StoreError::Conflict {
                    table: expected.table,
                    key: expected.key.clone(),
                });
            }
        }
        let mut committed = Committed::default();
        for write in batch.writes {
            match write {
                Write::Put { table, key, value } => {
                    self.put(layout::record_key(table, &key), &value)?;
                }
                Write::Delete { table, key } => self.delete(layout::record_key(table, &key))?,
                Write::Append { log, entry } => committed.appended.push(self.append(&log, &entry)?),
                Write::Trim { log, upto } => self.trim(&log, upto)?,
            }
        }
        Ok(committed)
    }

    /// Turns the changes into one batch of the tree.
    pub fn into_batch(self) -> sled::Batch {
        let mut batch = sled::Batch::default();
        for (key, value) in self.changed {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        batch
    }

    fn current(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.changed.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.tree.get(key).map_err(StoreError::unavailable),
        }
    }

    fn value(&self, record: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(head) = self.current(record)? else {
            return Ok(None);
        };
        layout::decode(record, &head, |key| self.current(key)).map(Some)
    }

    fn put(&mut self, record: Vec<u8>, value: &[u8]) -> Result<(), StoreError> {
        self.forget_chunks(&record)?;
        let (head, chunks) = layout::encode(&record, value);
        for (key, chunk) in chunks {
            self.changed.insert(key, Some(chunk.into()));
        }
        self.changed.insert(record, Some(head.into()));
        Ok(())
    }

    fn delete(&mut self, record: Vec<u8>) -> Result<(), StoreError> {
        self.forget_chunks(&record)?;
        self.changed.insert(record, None);
        Ok(())
    }

    fn forget_chunks(&mut self, record: &[u8]) -> Result<(), StoreError> {
        if let Some(head) = self.current(record)? {
            for key in layout::chunk_keys(record, &head) {
                self.changed.insert(key, None);
            }
        }
        Ok(())
    }

    fn append(&mut self, log: &LogId, entry: &[u8]) -> Result<u64, StoreError> {
        let head = layout::record_key(layout::LOG_HEAD, log.as_str().as_bytes());
        let last = match self.value(&head)? {
            Some(bytes) => number(&bytes).ok_or_else(|| layout::damaged(&head, "no number"))?,
            None => 0,
        };
        let next = last + 1;
        let record = layout::record_key(layout::LOG, &layout::entry_key(log, next));
        self.put(record, entry)?;
        self.put(head, &next.to_be_bytes())?;
        Ok(next)
    }

    fn trim(&mut self, log: &LogId, upto: u64) -> Result<(), StoreError> {
        let first = layout::record_key(layout::LOG, &layout::entry_key(log, 0));
        let last = layout::record_key(layout::LOG, &layout::entry_key(log, upto));
        let stored: Result<Vec<_>, _> = self.tree.range(first..=last).keys().collect();
        for record in stored.map_err(StoreError::unavailable)? {
            self.delete(record.to_vec())?;
        }
        Ok(())
    }
}

/// Reads a number as [`LOG_HEAD`](layout::LOG_HEAD) keeps it.
pub fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// Returns the value of a record of the tree.
pub fn read(tree: &Tree, record: &[u8]) -> Result<Option<Bytes>, StoreError> {
    let Some(head) = tree.get(record).map_err(StoreError::unavailable)? else {
        return Ok(None);
    };
    decode(tree, record, &head).map(Some)
}

/// Puts together the value whose head was read.
pub fn decode(tree: &Tree, record: &[u8], head: &[u8]) -> Result<Bytes, StoreError> {
    let chunk = |key: &[u8]| tree.get(key).map_err(StoreError::unavailable);
    layout::decode(record, head, chunk).map(Bytes::from)
}
