//! Errors of the article service.

use lectern_base::ErrorKind;
use lectern_document::DocumentError;
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_store::{Contended, StoreError};

/// Why an article could not be found or written.
#[derive(Debug, thiserror::Error)]
pub enum ArticleError {
    /// The title is empty.
    #[error("an article needs a title")]
    NoTitle,
    /// The title is too long.
    #[error("a title has at most {0} letters")]
    LongTitle(usize),
    /// The module kept changing while the article was being added to it.
    #[error("others are changing this module right now; try again")]
    Busy,
    /// The module rejected the change.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The document rejected the change.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal rejected the entry.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ArticleError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoTitle | Self::LongTitle(_) => ErrorKind::Invalid,
            Self::Busy => ErrorKind::Conflict,
            Self::Module(error) => error.kind(),
            Self::Document(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the input field at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoTitle | Self::LongTitle(_) => Some("title"),
            Self::Document(error) => error.field(),
            _ => None,
        }
    }
}

impl Contended for ArticleError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}
