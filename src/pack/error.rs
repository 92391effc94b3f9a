//! Why the evidence of an imported pack cannot be read.

use lectern_base::ErrorKind;
use lectern_store::StoreError;

/// Why the evidence of an imported pack cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// A file is not what was imported.
    #[error("{record} is not what was written: {what}; restore a backup")]
    Contradiction {
        /// The file and its pack.
        record: String,
        /// What is wrong.
        what: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OriginError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Contradiction { .. } => ErrorKind::Internal,
            Self::Store(cause) => cause.kind(),
        }
    }
}
