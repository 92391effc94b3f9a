//! Why notices cannot be read, delivered or marked.

use lectern_article::ArticleError;
use lectern_base::ErrorKind;
use lectern_identity::IdentityError;
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_review::ReviewError;
use lectern_social::SocialError;
use lectern_store::{Contended, StoreError};

/// Why notices cannot be read, delivered or marked.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// An inbox changed during every attempt to write it.
    #[error("your notifications change too quickly; try again")]
    Contended,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// People.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Modules.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Reviews.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Comments.
    #[error(transparent)]
    Social(#[from] SocialError),
}

impl NotifyError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Contended => ErrorKind::Conflict,
            Self::Store(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Social(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Identity(cause) => cause.field(),
            Self::Module(cause) => cause.field(),
            Self::Review(cause) => cause.field(),
            Self::Social(cause) => cause.field(),
            _ => None,
        }
    }
}

impl Contended for NotifyError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(cause) if cause.is_conflict())
    }
}
