//! The interface of a storage engine.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Batch, Blobs, LogId, Range, StoreError};

/// A shared handle to an engine.
pub type Store = Arc<dyn Engine>;

/// Stores tables, edit logs and blobs.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Returns the value under `key`, as of the last durable commit.
    async fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Bytes>, StoreError>;

    /// Returns the keys and values in `range`, in key order.
    async fn scan(
        &self,
        table: &'static str,
        range: Range,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError>;

    /// Commits `batch` atomically; it is durable on return.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a precondition does not hold, [`StoreError::Unavailable`] if the
    /// write failed.
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError>;

    /// Returns up to `limit` entries of `log` after number `after`, with their numbers.
    async fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError>;

    /// Returns the number of the last entry ever appended to `log`, even if it was trimmed; 0 if
    /// there was none.
    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError>;

    /// Copies a consistent snapshot into the missing or empty directory `to`, without blocking
    /// readers or writers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if another copy is in progress or a write failed.
    async fn copy(&self, to: &Path) -> Result<(), StoreError>;

    /// Returns the free disk space in bytes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if writes fail, or soon will for lack of space.
    async fn disk(&self) -> Result<u64, StoreError>;

    /// Returns the content-addressed blobs.
    fn blobs(&self) -> &Blobs;

    /// Appends `entries` to `log` and returns the number of the last; durable on return.
    ///
    /// Numbers start at 1, have no gaps, and continue across trims and restarts.
    async fn append(&self, log: &LogId, entries: Vec<Bytes>) -> Result<u64, StoreError> {
        let mut batch = Batch::new();
        for entry in entries {
            batch.append(log, entry);
        }
        match self.commit(batch).await?.appended.last() {
            Some(number) => Ok(*number),
            None => self.last_of_log(log).await,
        }
    }
}

/// The result of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The numbers of the appended log entries, in the order of the batch.
    pub appended: Vec<u64>,
}
