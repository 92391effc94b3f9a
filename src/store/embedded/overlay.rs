//! The writes of one group before they are applied: later batches of the group see them.

use std::cell::RefCell;

use sled::{Db, IVec};

use super::layout;
use super::sled_db::guarded;
use super::tally::Tally;
use super::view::Before;
use crate::store::batch::{Batch, Write};
use crate::store::{Committed, LogId, StoreError};

/// The tree as it will be once the group is applied.
pub struct Overlay<'a> {
    tree: &'a Db,
    changed: Before,
    /// What was read of the tree: most of it stands before a change and is needed once more.
    read: RefCell<Before>,
}

impl<'a> Overlay<'a> {
    /// Begins with no change.
    pub fn new(tree: &'a Db) -> Self {
        Self {
            tree,
            changed: Before::new(),
            read: RefCell::default(),
        }
    }

    /// Takes in the writes of `batch`, or none of them when it expects something else.
    ///
    /// # Errors
    /// The outer one is of the disk and spoils the group; the inner one is of this batch alone.
    pub fn take(&mut self, batch: &Batch) -> Result<Result<Committed, StoreError>, StoreError> {
        if let Some(refusal) = too_large(batch) {
            return Ok(Err(refusal));
        }
        for expected in &batch.expected {
            let record = layout::record_key(expected.table, &expected.key);
            if self.value(&record)? != expected.value.as_deref().map(<[u8]>::to_vec) {
                return Ok(Err(StoreError::Conflict {
                    table: expected.table,
                    key: expected.key.clone(),
                }));
            }
        }
        let mut committed = Committed::default();
        for write in &batch.writes {
            match write {
                Write::Put { table, key, value } => {
                    self.put(&layout::record_key(table, key), value)?;
                }
                Write::Delete { table, key } => self.delete(&layout::record_key(table, key))?,
                Write::Append { log, entry } => committed.appended.push(self.append(log, entry)?),
                Write::Trim { log, upto } => self.trim(log, *upto)?,
            }
        }
        Ok(Ok(committed))
    }

    /// Tells whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Returns the changes as one batch of sled, and what stands under each key before.
    ///
    /// The batch carries the tally on.
    pub fn finish(self, tally: &mut Tally) -> Result<(sled::Batch, Before), StoreError> {
        let mut batch = sled::Batch::default();
        let mut before = Before::new();
        for key in self.changed.keys() {
            let value = match self.read.borrow_mut().remove(key) {
                Some(value) => value,
                None => guarded(|| self.tree.get(key))?,
            };
            before.insert(key.clone(), value);
        }
        tally.commit(&before, &self.changed);
        let (key, value) = tally.record();
        before.insert(key.clone(), guarded(|| self.tree.get(&key))?);
        batch.insert(key, value);
        for (key, value) in self.changed {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        Ok((batch, before))
    }

    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let mut read = self.read.borrow_mut();
        if let Some(value) = self.changed.get(key).or_else(|| read.get(key)) {
            return Ok(value.clone());
        }
        let value = guarded(|| self.tree.get(key))?;
        read.insert(key.to_vec(), value.clone());
        Ok(value)
    }

    fn value(&self, record: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(head) = self.raw(record)? else {
            return Ok(None);
        };
        Ok(Some(
            layout::join(record, &head, |key| self.raw(key))?.into(),
        ))
    }

    fn put(&mut self, record: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.delete(record)?;
        for (key, piece) in layout::cut(record, value) {
            self.changed.insert(key, Some(piece));
        }
        Ok(())
    }

    fn delete(&mut self, record: &[u8]) -> Result<(), StoreError> {
        if let Some(head) = self.raw(record)? {
            for key in layout::chunk_keys(record, &head) {
                self.changed.insert(key, None);
            }
            self.changed.insert(record.to_vec(), None);
        }
        Ok(())
    }

    fn append(&mut self, log: &LogId, entry: &[u8]) -> Result<u64, StoreError> {
        let number = self.last(log)? + 1;
        self.put(&layout::entry_key(log, number), entry)?;
        Ok(number)
    }

    /// Returns the last number that `log` has given; none is given twice.
    fn last(&self, log: &LogId) -> Result<u64, StoreError> {
        let entries = layout::entries(log);
        let stored = guarded(|| self.tree.range(entries.clone()).next_back().transpose())?;
        let stored = stored.as_ref().map(|(key, _)| &key[..]);
        let changed = self.changed.range(entries).next_back();
        match stored.max(changed.map(|(key, _)| &key[..])) {
            Some(entry) => layout::number_of(entry),
            None => layout::head(log, self.value(&layout::head_key(log))?.as_deref()),
        }
    }

    fn trim(&mut self, log: &LogId, upto: u64) -> Result<(), StoreError> {
        let last = self.last(log)?;
        self.put(&layout::head_key(log), &last.to_be_bytes())?;
        let span = layout::entry_key(log, 0)..=layout::entry_key(log, upto);
        let mut entries: Vec<Vec<u8>> = guarded(|| {
            let stored = self.tree.range(span.clone()).keys();
            stored.map(|key| key.map(|key| key.to_vec())).collect()
        })?;
        entries.extend(self.changed.range(span).map(|(key, _)| key.clone()));
        entries.iter().try_for_each(|entry| self.delete(entry))
    }
}

/// Returns the refusal of a batch with a key or value beyond the limits.
fn too_large(batch: &Batch) -> Option<StoreError> {
    let beyond = |bytes, limit| (bytes > limit).then_some(StoreError::TooLarge { bytes, limit });
    batch.writes.iter().find_map(|write| match write {
        Write::Put { key, value, .. } => beyond(key.len(), layout::LONGEST_KEY)
            .or_else(|| beyond(value.len(), layout::LARGEST_VALUE)),
        Write::Append { log, entry } => beyond(log.as_str().len(), layout::LONGEST_KEY)
            .or_else(|| beyond(entry.len(), layout::LARGEST_VALUE)),
        Write::Delete { .. } | Write::Trim { .. } => None,
    })
}
