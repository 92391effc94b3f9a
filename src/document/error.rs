//! What can go wrong with a document.

use lectern_base::ErrorKind;

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The article has no such section.
    #[error("this article has no section “{0}”")]
    UnknownSection(String),
    /// A formula is not LaTeX.
    #[error("this formula cannot be set: {0}")]
    Formula(String),
}

impl DocumentError {
    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSection(_) => ErrorKind::NotFound,
            Self::Formula(_) => ErrorKind::Invalid,
        }
    }

    /// Returns the field that breaks a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::UnknownSection(_) => None,
            Self::Formula(_) => Some("latex"),
        }
    }
}
