//! A change of any number of records and logs that happens as a whole or not at all.

use bytes::Bytes;

use super::LogId;

/// Writes that belong together, and what they expect to find.
///
/// Expectations are about the state before the batch; writes happen in the order they were added.
#[derive(Debug, Clone, Default)]
#[must_use = "a batch does nothing until it is committed"]
pub struct Batch {
    pub(super) expected: Vec<Expectation>,
    pub(super) writes: Vec<Write>,
}

/// What a batch expects to find under a key: a value, or nothing.
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
    /// Makes an empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `value` under `key`, over whatever stands there.
    pub fn put(&mut self, table: &'static str, key: &[u8], value: impl Into<Bytes>) -> &mut Self {
        self.writes.push(Write::Put {
            table,
            key: key.to_vec(),
            value: value.into(),
        });
        self
    }

    /// Removes what stands under `key`, if anything.
    pub fn delete(&mut self, table: &'static str, key: &[u8]) -> &mut Self {
        self.writes.push(Write::Delete {
            table,
            key: key.to_vec(),
        });
        self
    }

    /// Appends `entry` to `log`; the commit tells its number.
    pub fn append(&mut self, log: &LogId, entry: impl Into<Bytes>) -> &mut Self {
        self.writes.push(Write::Append {
            log: log.clone(),
            entry: entry.into(),
        });
        self
    }

    /// Forgets the entries of `log` up to and including number `upto`.
    pub fn trim_log(&mut self, log: &LogId, upto: u64) -> &mut Self {
        self.writes.push(Write::Trim {
            log: log.clone(),
            upto,
        });
        self
    }

    /// Refuses the batch unless nothing stands under `key`.
    pub fn expect_absent(&mut self, table: &'static str, key: &[u8]) -> &mut Self {
        self.expect(table, key, None)
    }

    /// Refuses the batch unless exactly `value` stands under `key`.
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

    /// Adds everything of `other`, after what is here.
    pub fn merge(&mut self, other: Batch) -> &mut Self {
        self.expected.extend(other.expected);
        self.writes.extend(other.writes);
        self
    }

    /// Tells whether it writes nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}
