//! The pending writes of a group, visible to the later batches of the same group.

use std::cell::RefCell;
use std::collections::HashMap;

use sled::IVec;

use super::layout;
use super::store_checksum::StoreChecksum;
use super::view::{Entries, View};
use crate::batch::{Batch, Write};
use crate::{Committed, LogId, StoreError, counter};

/// The last number assigned in each log.
pub type LogNumbers = HashMap<LogId, u64>;

/// The committed state overlaid with the writes of a group.
pub struct Overlay<'a> {
    view: View<'a>,
    /// Cached log numbers: looking one up is the most expensive part of an append.
    known: &'a LogNumbers,
    /// Log numbers assigned by the group.
    given: LogNumbers,
    changed: Entries,
    /// Values read from the view; most are needed again as the old value of a change.
    read: RefCell<Entries>,
}

impl<'a> Overlay<'a> {
    /// Starts without changes.
    pub fn new(view: View<'a>, known: &'a LogNumbers) -> Self {
        Self {
            view,
            known,
            given: LogNumbers::new(),
            changed: Entries::new(),
            read: RefCell::default(),
        }
    }

    /// Adds the writes of `batch`, or none of them if a precondition does not hold.
    ///
    /// # Errors
    /// The outer error means that the disk failed and the group is lost; the inner one rejects this
    /// batch only.
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
                Write::Count { table, key, change } => self.count(table, key, *change)?,
                Write::Append { log, entry } => committed.appended.push(self.append(log, entry)?),
                Write::Trim { log, upto } => self.trim(log, *upto)?,
            }
        }
        Ok(Ok(committed))
    }

    /// Returns whether the group changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Returns the changes of the group, the old values of the same keys, and the log numbers that
    /// it assigned. Updates `checksum` and adds it to the changes.
    pub fn finish(
        mut self,
        checksum: &mut StoreChecksum,
    ) -> Result<(Entries, Entries, LogNumbers), StoreError> {
        let mut before = Entries::new();
        for key in self.changed.keys() {
            let value = match self.read.borrow_mut().remove(key) {
                Some(value) => value,
                None => self.view.raw(key)?,
            };
            before.insert(key.clone(), value);
        }
        checksum.commit(&before, &self.changed);
        let (key, value) = checksum.record();
        before.insert(key.clone(), self.view.raw(&key)?);
        self.changed.insert(key, Some(value));
        Ok((self.changed, before, self.given))
    }

    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        let mut read = self.read.borrow_mut();
        if let Some(value) = self.changed.get(key).or_else(|| read.get(key)) {
            return Ok(value.clone());
        }
        let value = self.view.raw(key)?;
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

    fn count(&mut self, table: &'static str, key: &[u8], change: i64) -> Result<(), StoreError> {
        let record = layout::record_key(table, key);
        let stored = self.value(&record)?;
        match counter::changed(table, key, stored.as_deref(), change)? {
            Some(value) => self.put(&record, &value),
            None => self.delete(&record),
        }
    }

    fn append(&mut self, log: &LogId, entry: &[u8]) -> Result<u64, StoreError> {
        let number = self.last(log)? + 1;
        for (key, piece) in layout::cut(&layout::entry_key(log, number), entry) {
            // There is no entry under a number that was never assigned.
            self.read.get_mut().insert(key.clone(), None);
            self.changed.insert(key, Some(piece));
        }
        self.given.insert(log.clone(), number);
        Ok(number)
    }

    fn last(&self, log: &LogId) -> Result<u64, StoreError> {
        match self.given.get(log).or_else(|| self.known.get(log)) {
            Some(number) => Ok(*number),
            None => self.view.last_of_log(log),
        }
    }

    fn trim(&mut self, log: &LogId, upto: u64) -> Result<(), StoreError> {
        let last = self.last(log)?;
        self.put(&layout::head_key(log), &last.to_be_bytes())?;
        let span = layout::entry_key(log, 0)..=layout::entry_key(log, upto);
        let mut entries = self.view.keys(span.clone())?;
        entries.extend(self.changed.range(span).map(|(key, _)| key.clone()));
        entries.iter().try_for_each(|entry| self.delete(entry))
    }
}

/// Returns an error if a key or value of the batch exceeds the size limit.
fn too_large(batch: &Batch) -> Option<StoreError> {
    let beyond = |bytes, limit| (bytes > limit).then_some(StoreError::TooLarge { bytes, limit });
    batch.writes.iter().find_map(|write| match write {
        Write::Put { key, value, .. } => beyond(key.len(), layout::LONGEST_KEY)
            .or_else(|| beyond(value.len(), layout::LARGEST_VALUE)),
        Write::Append { log, entry } => beyond(log.as_str().len(), layout::LONGEST_KEY)
            .or_else(|| beyond(entry.len(), layout::LARGEST_VALUE)),
        Write::Count { key, .. } => beyond(key.len(), layout::LONGEST_KEY),
        Write::Delete { .. } | Write::Trim { .. } => None,
    })
}
