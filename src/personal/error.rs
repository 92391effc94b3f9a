//! Errors of favourites and recent articles.

use lectern_base::ErrorKind;
use lectern_store::StoreError;

/// The number of favourites that a person may have.
pub const MOST_FAVOURITES: usize = 100;

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum PersonalError {
    /// The person has as many favourites as they may.
    #[error("you have {MOST_FAVOURITES} favourites; remove one before you add another")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PersonalError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }
}
