//! Why a draft cannot be read or changed.

use lectern_article::{ArticleError, AttachmentError};
use lectern_base::ErrorKind;
use lectern_document::DocumentError;
use lectern_identity::{Denied, IdentityError};
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;

/// Why a draft cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AuthoringError {
    /// The template, or the draft, does not have it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The template fixes it.
    #[error("the template fixes this; it cannot be changed")]
    Fixed,
    /// The title is empty or longer than this many characters.
    #[error("a title has 1 to {0} letters")]
    BadTitle(usize),
    /// The value breaks a rule of its field.
    #[error("{0}")]
    BadValue(String),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// People.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Attachments.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// The document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The live room.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// Revisions.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Reviews.
    #[error(transparent)]
    Review(#[from] ReviewError),
}

impl AuthoringError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Fixed | Self::BadTitle(_) | Self::BadValue(_) => ErrorKind::Invalid,
            Self::Denied(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Attachment(cause) => cause.kind(),
            Self::Document(cause) => cause.kind(),
            Self::Live(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadTitle(_) => Some("title"),
            Self::BadValue(_) => Some("value"),
            Self::Identity(cause) => cause.field(),
            Self::Review(cause) => cause.field(),
            _ => None,
        }
    }
}
