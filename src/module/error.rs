//! Errors of modules.

use lectern_base::ErrorKind;
use lectern_identity::IdentityError;
use lectern_journal::JournalError;
use lectern_store::{Contended, StoreError};

/// Why an operation on a module failed.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// The module does not exist.
    #[error("there is no such module")]
    Unknown,
    /// The title is empty or too long.
    #[error("a module needs a title of 1 to {most} letters")]
    BadTitle {
        /// Maximum length in characters.
        most: usize,
    },
    /// The purpose is too long.
    #[error("the purpose of a module has at most {most} letters")]
    LongPurpose {
        /// Maximum length in characters.
        most: usize,
    },
    /// Relaxing the control requires a reason.
    #[error("please say why approvals in this module need no signature any more")]
    NoReason,
    /// The new order does not name exactly the articles of the module.
    #[error("the order must name every article of the module once, and no other")]
    OtherArticles,
    /// The article is not in the module.
    #[error("there is no such article in this module")]
    NoArticle,
    /// Commands kept changing the same records.
    #[error("others are changing this module at the moment; please try again")]
    Busy,
    /// There is no sample module.
    #[error("there is no sample module")]
    NoSample,
    /// `identity` failed or denied permission.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ModuleError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown | Self::NoArticle => ErrorKind::NotFound,
            Self::Busy => ErrorKind::Unavailable,
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

    /// Returns the input field that the error is about.
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

impl Contended for ModuleError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}
