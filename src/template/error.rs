//! What can be wrong with a template.

use lectern_base::ErrorKind;

/// A template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A file breaks a rule.
    #[error("{file}, line {line}: {rule}")]
    Broken {
        /// Path below the templates folder, as in `topic-article/1.toml`.
        file: String,
        /// Counts from 1.
        line: usize,
        /// What the rule asks, and of what.
        rule: String,
    },
    /// A file or folder cannot be read.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// The file or folder.
        file: String,
        /// What the system says.
        why: String,
    },
    /// There is no such template.
    #[error("there is no template {0}")]
    Unknown(String),
}

impl TemplateError {
    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Broken { .. } => ErrorKind::Invalid,
            Self::Unreadable { .. } => ErrorKind::Internal,
            Self::Unknown(_) => ErrorKind::Invalid,
        }
    }
}
