//! Errors of the journal.

use std::path::PathBuf;

use lectern_base::{ErrorKind, InstanceId};
use lectern_store::{Contended, StoreError};

/// Why a journal operation failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// A precondition of the batch did not hold; nothing was written.
    #[error("somebody else changed this first")]
    Conflict {
        /// The table of the record that differed.
        table: &'static str,
    },
    /// A text is longer than any field accepts.
    #[error("a text is longer than the audit trail keeps: it has at most {0} bytes")]
    LongText(usize),
    /// The key that signs checkpoints is unusable.
    #[error("the key that signs checkpoints cannot be used ({path}): {why}")]
    Key {
        /// The key file.
        path: PathBuf,
        /// The cause.
        why: String,
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
            Self::LongText(_) => ErrorKind::Invalid,
            Self::Key { .. } => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }
}

impl Contended for JournalError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
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

/// The first entry at which the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal entry {seq} is not what was written: {what}")]
pub struct BrokenChain {
    /// The number of the entry.
    pub seq: u64,
    /// What is wrong.
    pub what: String,
}

/// Why a checkpoint does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The content does not match the signature.
    #[error("the checkpoint is not what was signed: its content and its signature do not agree")]
    Garbled,
    /// It was signed with another key.
    #[error("the checkpoint was signed with the key {found}, not with {wanted}")]
    OtherKey {
        /// The key that signed it.
        found: String,
        /// The expected key.
        wanted: String,
    },
    /// It belongs to another instance, or this data directory was replaced.
    #[error(
        "the checkpoint was made for instance {kept}, and this is instance {here}: \
         it is of another Lectern, or this data directory was put in its place"
    )]
    OtherInstance {
        /// The instance named in the checkpoint.
        kept: InstanceId,
        /// The instance of the data directory.
        here: InstanceId,
    },
}
