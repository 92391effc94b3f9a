//! What can go wrong with a revision.

use lectern_article::{ArticleError, AttachmentError};
use lectern_base::{ErrorKind, RevisionId};
use lectern_document::DocumentError;
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_store::StoreError;
use lectern_template::TemplateRef;

/// Why a revision was not made, found or put back.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// There is no such revision, or it is another article's.
    #[error("there is no such revision")]
    NotFound,
    /// The article is gone.
    #[error("there is no such article")]
    NoArticle,
    /// The article's template is not among those loaded.
    #[error("the template {0} of this article is not installed")]
    NoTemplate(TemplateRef),
    /// The name is too long.
    #[error("the name of a revision has at most {0} letters")]
    LongName(usize),
    /// The stored text is not what was saved.
    #[error(
        "the text of revision {0} is not what was saved; it is kept from readers until it is restored"
    )]
    Damaged(RevisionId),
    /// The draft was saved by somebody else at the same moment, again and again.
    #[error("others are saving this draft right now; nothing was lost, try again")]
    Busy,
    /// Two texts could not be compared.
    #[error("the texts could not be compared: {0}")]
    Unmeasured(#[source] tokio::task::JoinError),
    /// The record of the article.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// The document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The article's files.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// The draft.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl RevisionError {
    /// Returns the field that breaks a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::LongName(_) => Some("name"),
            _ => None,
        }
    }

    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::NoArticle => ErrorKind::NotFound,
            Self::NoTemplate(_) | Self::Damaged(_) | Self::Unmeasured(_) => ErrorKind::Internal,
            Self::LongName(_) => ErrorKind::Invalid,
            Self::Busy => ErrorKind::Conflict,
            Self::Article(error) => error.kind(),
            Self::Document(error) => error.kind(),
            Self::Attachment(error) => error.kind(),
            Self::Live(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }
}
