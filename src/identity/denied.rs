//! Why a permission is refused.

use lectern_base::ErrorKind;

/// Why a permission is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The person must not learn that the thing exists.
    #[error("there is nothing at this address")]
    Hidden,
    /// The person lacks a permission.
    #[error("this needs the right to {right}")]
    Missing {
        /// What the permission allows, as in "the right to …".
        right: &'static str,
    },
}

impl Denied {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Hidden => ErrorKind::NotFound,
            Self::Missing { .. } => ErrorKind::Forbidden,
        }
    }
}
