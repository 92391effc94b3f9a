//! Why something cannot be opened.

use lectern_article::{ArticleError, AttachmentError};
use lectern_base::ErrorKind;
use lectern_identity::{Denied, IdentityError};
use lectern_module::ModuleError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;
use lectern_search::SearchError;
use lectern_social::SocialError;

/// Why a caller cannot open something.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It does not exist, or the caller may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller may read it but lacks the right that is needed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// People or delegations.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Modules.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Attachments.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// Revisions.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Reviews.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Comments.
    #[error(transparent)]
    Social(#[from] SocialError),
    /// Search.
    #[error(transparent)]
    Search(#[from] SearchError),
}

impl AccessError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Denied(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Attachment(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Social(cause) => cause.kind(),
            Self::Search(cause) => cause.kind(),
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
