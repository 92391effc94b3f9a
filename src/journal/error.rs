//! What the journal answers when it cannot do what was asked.

use crate::base::ErrorKind;
use crate::store::StoreError;

/// Why nothing was recorded or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// The records were not as the command expected; nothing was written.
    #[error("somebody else changed this first")]
    Conflict {
        /// The table whose record was not as expected.
        table: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl JournalError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<StoreError> for JournalError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { table, .. } => Self::Conflict { table },
            other => Self::Store(other),
        }
    }
}

/// The first place where the journal is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal entry {seq} is not what was written: {what}")]
pub struct Broken {
    /// The number of the entry.
    pub seq: u64,
    /// What is wrong.
    pub what: String,
}
