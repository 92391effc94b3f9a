//! Errors of the store.

use std::path::PathBuf;

use lectern_base::ErrorKind;

/// Why a store operation failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A precondition of a batch did not hold; nothing was written.
    #[error("somebody else changed this first")]
    Conflict {
        /// The table of the record that differed.
        table: &'static str,
        /// Its key.
        key: Vec<u8>,
    },
    /// Writes fail at the moment, for instance because the disk is full.
    #[error("the store cannot save at present: {reason}")]
    Unavailable {
        /// The cause.
        reason: String,
    },
    /// Another process has locked this data directory.
    #[error("another lectern process holds the data directory {dir}; stop it first")]
    Held {
        /// The data directory.
        dir: PathBuf,
    },
    /// Something on disk is damaged.
    #[error(
        "{what} is damaged ({reason}). Nothing was changed. Stop the server and restore the data \
         directory from a backup, keeping the damaged one aside"
    )]
    Damaged {
        /// The damaged record, blob, file or directory.
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
    /// A key or value exceeds the size limit.
    #[error("a record of {bytes} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
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

    /// Makes an [`StoreError::Unavailable`].
    pub(super) fn unavailable(reason: impl ToString) -> Self {
        Self::Unavailable {
            reason: reason.to_string(),
        }
    }

    /// Makes a [`StoreError::Damaged`].
    pub(super) fn damaged(what: impl ToString, reason: impl ToString) -> Self {
        Self::Damaged {
            what: what.to_string(),
            reason: reason.to_string(),
        }
    }
}
