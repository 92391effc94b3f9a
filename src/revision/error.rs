//! Errors of the revision service.

use lectern_article::{ArticleError, AttachmentError};
use lectern_base::{ErrorKind, RevisionId};
use lectern_document::DocumentError;
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_pool::PoolError;
use lectern_store::{Contended, StoreError};
use lectern_template::TemplateRef;

/// Why a revision could not be saved, found or restored.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// There is no such revision, or it belongs to another article.
    #[error("there is no such revision")]
    NotFound,
    /// There is no such article.
    #[error("there is no such article")]
    NoArticle,
    /// The article's template is not loaded.
    #[error("the template {0} of this article is not installed")]
    NoTemplate(TemplateRef),
    /// The name is too long.
    #[error("the name of a revision has at most {0} letters")]
    LongName(usize),
    /// The stored text does not match its hash.
    #[error(
        "the text of revision {0} is not what was saved; it is kept from readers until it is restored"
    )]
    Damaged(RevisionId),
    /// Someone else kept saving the draft at the same time.
    #[error("others are saving this draft right now; nothing was lost, try again")]
    Busy,
    /// Comparing the texts takes too long, or the server is busy.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The article service failed.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// The document rejected the change.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The attachment store failed.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// The live draft could not be read or edited.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal rejected the entry.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl RevisionError {
    /// Returns the input field at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::LongName(_) => Some("name"),
            _ => None,
        }
    }

    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::NoArticle => ErrorKind::NotFound,
            Self::NoTemplate(_) | Self::Damaged(_) => ErrorKind::Internal,
            Self::LongName(_) => ErrorKind::Invalid,
            Self::Busy => ErrorKind::Conflict,
            Self::Pool(error) => error.kind(),
            Self::Article(error) => error.kind(),
            Self::Document(error) => error.kind(),
            Self::Attachment(error) => error.kind(),
            Self::Live(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }
}

impl Contended for RevisionError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}
