//! What can go wrong with comments.

use lectern_base::ErrorKind;
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_store::StoreError;

/// Why something was not said, changed or settled.
#[derive(Debug, thiserror::Error)]
pub enum SocialError {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A field breaks a rule.
    #[error("{why}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// The rule.
        why: String,
    },
    /// Somebody else wrote it.
    #[error("only whoever wrote a comment can change it")]
    NotTheirs,
    /// Somebody else asked.
    #[error("whoever opened a thread can resolve it, and trainers and reviewers of the module")]
    MayNotResolve,
    /// It is settled.
    #[error("this thread is resolved; reopen it to go on")]
    Resolved,
    /// There is too much already.
    #[error("{0}")]
    Full(&'static str),
    /// The draft cannot be read.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl SocialError {
    pub(super) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Invalid { field, why }
    }

    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::NotTheirs | Self::MayNotResolve => ErrorKind::Forbidden,
            Self::Resolved | Self::Full(_) => ErrorKind::Conflict,
            Self::Live(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// The field of the input that broke a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }
}
