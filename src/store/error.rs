//! What the store answers when it cannot do what was asked.

use std::path::PathBuf;

use lectern_base::ErrorKind;

/// Why the store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A batch expected something else than it found; nothing of it was written.
    #[error("somebody else changed this first")]
    Conflict {
        /// The table whose record was not as expected.
        table: &'static str,
        /// The key of that record.
        key: Vec<u8>,
    },
    /// Nothing can be saved at present, for instance because the disk is full.
    #[error("the store cannot save at present: {reason}")]
    Unavailable {
        /// What the disk said.
        reason: String,
    },
    /// Another process works on this data directory.
    #[error("another lectern process holds the data directory {dir}; stop it first")]
    Held {
        /// The data directory.
        dir: PathBuf,
    },
    /// Something on disk cannot be read.
    #[error(
        "{what} is damaged ({reason}). Nothing was changed. Stop the server and restore the data \
         directory from a backup, keeping the damaged one aside"
    )]
    Damaged {
        /// The record, blob or directory.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The data directory was written by a later release.
    #[error(
        "this data directory was written by a later release of lectern (schema {found}; this \
         release knows {known})"
    )]
    Newer {
        /// The schema version on disk.
        found: u32,
        /// The schema version of this release.
        known: u32,
    },
    /// A key or value is larger than the store takes.
    #[error("a record of {bytes} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

impl StoreError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Unavailable { .. } | Self::Held { .. } => ErrorKind::Unavailable,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Damaged { .. } | Self::Newer { .. } => ErrorKind::Internal,
        }
    }

    /// Makes the error of a disk that refused.
    pub(super) fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable {
            reason: reason.to_string(),
        }
    }

    /// Makes the error of something on disk that cannot be read.
    pub(super) fn damaged(what: impl ToString, reason: impl ToString) -> Self {
        Self::Damaged {
            what: what.to_string(),
            reason: reason.to_string(),
        }
    }
}
