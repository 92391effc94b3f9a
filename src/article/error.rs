//! What can go wrong with the record of an article.

use crate::base::ErrorKind;
use crate::journal::JournalError;
use crate::store::StoreError;

/// Why an article was not found or written.
#[derive(Debug, thiserror::Error)]
pub enum ArticleError {
    /// A title is needed.
    #[error("an article needs a title")]
    NoTitle,
    /// The title is too long.
    #[error("a title has at most {0} letters")]
    LongTitle(usize),
    /// There is no such module.
    #[error("there is no such module")]
    NoModule,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ArticleError {
    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoTitle | Self::LongTitle(_) => ErrorKind::Invalid,
            Self::NoModule => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }
}
