//! What can go wrong with assignments and acknowledgements.

use lectern_article::ArticleError;
use lectern_base::{ArticleId, ErrorKind};
use lectern_identity::{Denied, IdentityError};
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_review::ReviewError;
use lectern_store::{Contended, StoreError};

use super::refusal::ReadingRefusal;

/// Why nobody was asked, or nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// There is no such article.
    #[error("there is no such article")]
    NoArticle,
    /// The state of the article, or what was asked for, does not allow it.
    #[error(transparent)]
    Refused(#[from] ReadingRefusal),
    /// The article kept changing at every attempt.
    #[error("others are changing this article right now; nothing was lost, try again")]
    Busy,
    /// A record that was just written is not there.
    #[error(
        "the approved text of this article is damaged; it is kept from readers until it is restored"
    )]
    Damaged(ArticleId),
    /// A right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// People could not be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The module could not be looked up.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The article could not be read.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// The versions could not be read, or a signature is missing.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ReadingError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoArticle => ErrorKind::NotFound,
            Self::Busy => ErrorKind::Conflict,
            Self::Damaged(_) => ErrorKind::Internal,
            Self::Refused(refusal) => refusal.kind(),
            Self::Denied(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Module(error) => error.kind(),
            Self::Article(error) => error.kind(),
            Self::Review(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the field that is wrong.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => refusal.field(),
            Self::Review(error) => error.field(),
            _ => None,
        }
    }
}

impl Contended for ReadingError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}
