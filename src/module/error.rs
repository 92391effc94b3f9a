//! Why a module refuses.

use lectern_base::ErrorKind;
use lectern_identity::IdentityError;
use lectern_journal::JournalError;
use lectern_store::StoreError;

/// Why a module was not created, changed or found.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// There is no such module.
    #[error("there is no such module")]
    Unknown,
    /// The title cannot be one.
    #[error("a module needs a title of 1 to {most} letters")]
    BadTitle {
        /// Letters at most.
        most: usize,
    },
    /// The purpose is too long.
    #[error("the purpose of a module has at most {most} letters")]
    LongPurpose {
        /// Letters at most.
        most: usize,
    },
    /// It is not said why approvals need no signature any more.
    #[error("please say why approvals in this module need no signature any more")]
    NoReason,
    /// The order names other articles than the module has.
    #[error("the order must name every article of the module once, and no other")]
    OtherArticles,
    /// Only the sample can be removed.
    #[error("only the sample module can be removed")]
    NoSample,
    /// Permission or membership was refused.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ModuleError {
    /// Sorts the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::BadTitle { .. }
            | Self::LongPurpose { .. }
            | Self::NoReason
            | Self::OtherArticles => ErrorKind::Invalid,
            Self::NoSample => ErrorKind::Conflict,
            Self::Identity(error) => error.kind(),
            Self::Journal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    /// The field of the input that broke a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadTitle { .. } => Some("title"),
            Self::LongPurpose { .. } => Some("purpose"),
            Self::NoReason => Some("reason"),
            Self::OtherArticles => Some("articles"),
            Self::Identity(error) => error.field(),
            _ => None,
        }
    }
}
