//! Errors of document operations.

use lectern_base::ErrorKind;

/// Why a document could not be changed or rendered.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The article has no such section.
    #[error("this article has no section “{0}”")]
    UnknownSection(String),
    /// The text has more elements than a section may have.
    #[error("this text has more than {0} paragraphs, list items, cells and marks; divide it")]
    TooManyElements(usize),
    /// A formula is not LaTeX.
    #[error("this formula cannot be set: {0}")]
    Formula(String),
}

impl DocumentError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSection(_) => ErrorKind::NotFound,
            Self::TooManyElements(_) | Self::Formula(_) => ErrorKind::Invalid,
        }
    }

    /// Returns the input field at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::UnknownSection(_) => None,
            Self::TooManyElements(_) => Some("markdown"),
            Self::Formula(_) => Some("latex"),
        }
    }
}
