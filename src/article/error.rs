//! What can go wrong with the record of an article.

use lectern_base::ErrorKind;
use lectern_document::DocumentError;
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_store::StoreError;

/// Why an article was not found or written.
#[derive(Debug, thiserror::Error)]
pub enum ArticleError {
    /// A title is needed.
    #[error("an article needs a title")]
    NoTitle,
    /// The title is too long.
    #[error("a title has at most {0} letters")]
    LongTitle(usize),
    /// Others change the module faster than the article could be put into it.
    #[error("others are changing this module right now; try again")]
    Busy,
    /// The module.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The document.
    #[error(transparent)]
    Document(#[from] DocumentError),
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
            Self::Busy => ErrorKind::Conflict,
            Self::Module(error) => error.kind(),
            Self::Document(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the field that breaks a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoTitle | Self::LongTitle(_) => Some("title"),
            Self::Document(error) => error.field(),
            _ => None,
        }
    }
}
