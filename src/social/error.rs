//! Errors of comments and notifications.

use lectern_base::ErrorKind;
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_store::{Contended, StoreError};

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub enum SocialError {
    /// There is no such thread or comment.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A field breaks a rule.
    #[error("{why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// The rule.
        why: String,
    },
    /// The comment is by someone else.
    #[error("only whoever wrote a comment can change it")]
    NotAuthor,
    /// The person may not resolve this thread.
    #[error("whoever opened a thread can resolve it, and trainers and reviewers of the module")]
    MayNotResolve,
    /// The thread is resolved.
    #[error("this thread is resolved; reopen it to go on")]
    Resolved,
    /// A limit is reached.
    #[error("{0}")]
    Full(&'static str),
    /// The draft cannot be read.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal rejected the entry.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl SocialError {
    pub(super) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Invalid { field, why }
    }

    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::NotAuthor | Self::MayNotResolve => ErrorKind::Forbidden,
            Self::Resolved | Self::Full(_) => ErrorKind::Conflict,
            Self::Live(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the input field at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl Contended for SocialError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}
