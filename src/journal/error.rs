//! What the journal answers when it cannot do what was asked.

use std::path::PathBuf;

use lectern_base::{ErrorKind, InstanceId};
use lectern_store::StoreError;

/// Why nothing was recorded or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// The records were not as the command expected; nothing was written.
    #[error("somebody else changed this first")]
    Conflict {
        /// The table whose record was not as expected.
        table: &'static str,
    },
    /// The key that signs checkpoints cannot be used.
    #[error("the key that signs checkpoints cannot be used ({path}): {why}")]
    Key {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
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
            Self::Key { .. } => ErrorKind::Internal,
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

/// Why a checkpoint proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// Somebody changed it, or it was garbled on its way.
    #[error("the checkpoint is not what was signed: its content and its signature do not agree")]
    Garbled,
    /// Somebody else signed it.
    #[error("the checkpoint was signed with the key {found}, not with {wanted}")]
    OtherKey {
        /// The key that signed it.
        found: String,
        /// The key that should have.
        wanted: String,
    },
    /// It is of another house, or this one was made anew.
    #[error(
        "the checkpoint was made for instance {kept}, and this is instance {here}: \
         it is of another Lectern, or this data directory was put in its place"
    )]
    OtherInstance {
        /// What the checkpoint names.
        kept: InstanceId,
        /// What the data directory names.
        here: InstanceId,
    },
}
