//! Atomic changes to any number of records and logs.

use bytes::Bytes;

use super::LogId;

/// Writes that are committed atomically, with preconditions.
///
/// Preconditions apply to the state before the batch; writes are applied in the order they were
/// added.
#[derive(Debug, Clone, Default)]
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    pub(super) expected: Vec<Expectation>,
    pub(super) writes: Vec<Write>,
}

/// A precondition: the value expected under a key, or `None` if there must be none.
#[derive(Debug, Clone)]
pub(super) struct Expectation {
    pub(super) table: &'static str,
    pub(super) key: Vec<u8>,
    pub(super) value: Option<Bytes>,
}

/// One write of a batch.
#[derive(Debug, Clone)]
pub(super) enum Write {
    Put {
        table: &'static str,
        key: Vec<u8>,
        value: Bytes,
    },
    Delete {
        table: &'static str,
        key: Vec<u8>,
    },
    Count {
        table: &'static str,
        key: Vec<u8>,
        change: i64,
    },
    Append {
        log: LogId,
        entry: Bytes,
    },
    Trim {
        log: LogId,
        upto: u64,
    },
}

impl Batch {
    /// Makes an empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of `key`, replacing any other.
    pub fn put(&mut self, table: &'static str, key: &[u8], value: impl Into<Bytes>) -> &mut Self {
        self.writes.push(Write::Put {
            table,
            key: key.to_vec(),
            value: value.into(),
        });
        self
    }

    /// Deletes `key` if it exists.
    pub fn delete(&mut self, table: &'static str, key: &[u8]) -> &mut Self {
        self.writes.push(Write::Delete {
            table,
            key: key.to_vec(),
        });
        self
    }

    /// Adds `change` to the counter under `key`; see [`Counter`](crate::Counter).
    pub(super) fn count(&mut self, table: &'static str, key: &[u8], change: i64) {
        self.writes.push(Write::Count {
            table,
            key: key.to_vec(),
            change,
        });
    }

    /// Appends `entry` to `log`; [`Committed`](crate::Committed) has its number.
    pub fn append(&mut self, log: &LogId, entry: impl Into<Bytes>) -> &mut Self {
        self.writes.push(Write::Append {
            log: log.clone(),
            entry: entry.into(),
        });
        self
    }

    /// Deletes the entries of `log` up to and including number `upto`.
    pub fn trim_log(&mut self, log: &LogId, upto: u64) -> &mut Self {
        self.writes.push(Write::Trim {
            log: log.clone(),
            upto,
        });
        self
    }

    /// Makes the commit fail if `key` exists.
    pub fn expect_absent(&mut self, table: &'static str, key: &[u8]) -> &mut Self {
        self.expect(table, key, None)
    }

    /// Makes the commit fail unless `key` has exactly this value.
    pub fn expect_equals(
        &mut self,
        table: &'static str,
        key: &[u8],
        value: impl Into<Bytes>,
    ) -> &mut Self {
        self.expect(table, key, Some(value.into()))
    }

    fn expect(&mut self, table: &'static str, key: &[u8], value: Option<Bytes>) -> &mut Self {
        self.expected.push(Expectation {
            table,
            key: key.to_vec(),
            value,
        });
        self
    }

    /// Appends the preconditions and writes of `other`.
    pub fn merge(&mut self, other: Batch) -> &mut Self {
        self.expected.extend(other.expected);
        self.writes.extend(other.writes);
        self
    }

    /// Returns whether the batch writes nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}
