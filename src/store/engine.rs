//! What an engine does: the embedded one stands beside; a distributed one may join it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::{Batch, Blobs, StoreError};

/// An engine, shared by every room.
pub type Store = Arc<dyn Engine>;

/// Keeps tables, edit logs and blobs.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Returns the value under `key`, as of the last durable commit.
    async fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Bytes>, StoreError>;

    /// Returns the keys and values in `range`, in the order of their keys.
    async fn scan(
        &self,
        table: &'static str,
        range: Range,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError>;

    /// Writes all of `batch` or nothing; durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the batch expected something else,
    /// [`StoreError::Unavailable`] when the disk refused.
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError>;

    /// Returns up to `limit` entries of `log` after number `after`, each with its number.
    async fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError>;

    /// Returns the number of the last entry ever appended to `log`, trimmed or not; 0 for none.
    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError>;

    /// Copies everything, as it is at one moment, into the missing or empty directory `to`; others
    /// go on reading and writing meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another copy is being made or the disk refused.
    async fn copy(&self, to: &Path) -> Result<(), StoreError>;

    /// Returns how many bytes of the disk are free.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when writes fail at present, or soon will for want of space.
    async fn disk(&self) -> Result<u64, StoreError>;

    /// Returns the content-addressed files.
    fn blobs(&self) -> &Blobs;

    /// Appends `entries` to `log`, durable when it returns; returns the number of the last.
    ///
    /// Numbers start at 1, without gaps, and go on across trims and restarts.
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

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The number each appended log entry got, in the order of the batch.
    pub appended: Vec<u64>,
}

/// Names an edit log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(String);

impl LogId {
    /// Names the log of the thing with this identifier.
    pub fn new(id: impl fmt::Display) -> Self {
        Self(id.to_string())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stretch of keys of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first key that belongs to it.
    pub from: Vec<u8>,
    /// The first key beyond it; none for no end.
    pub to: Option<Vec<u8>>,
    /// Whether to begin at the end.
    pub reverse: bool,
    /// Items at most.
    pub limit: usize,
}

impl Range {
    /// All keys.
    pub fn all() -> Self {
        Self::prefix(&[])
    }

    /// All keys that begin with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        Self {
            from: prefix.to_vec(),
            to: end_of_prefix(prefix),
            reverse: false,
            limit: usize::MAX,
        }
    }

    /// The keys from `from` up to, not including, `to`.
    pub fn between(from: &[u8], to: &[u8]) -> Self {
        Self {
            from: from.to_vec(),
            to: Some(to.to_vec()),
            reverse: false,
            limit: usize::MAX,
        }
    }

    /// Goes on beyond `key`, in the direction of the range.
    pub fn after(mut self, key: &[u8]) -> Self {
        if self.reverse {
            self.to = Some(key.to_vec());
        } else {
            self.from = [key, &[0]].concat();
        }
        self
    }

    /// Begins at the end; call it before [`Range::after`].
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// Ends after `limit` items.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// Returns the first key beyond all that begin with `prefix`; none when there is no such key.
fn end_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(end_of_prefix(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(end_of_prefix(&[1, 0xff]), Some(vec![2]));
        assert_eq!(end_of_prefix(&[0xff]), None);
        assert_eq!(end_of_prefix(&[]), None);
    }
}
