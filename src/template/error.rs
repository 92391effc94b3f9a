//! Errors of templates.

use lectern_base::ErrorKind;

/// Why a template is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A file violates a rule.
    #[error("{file}, line {line}: {rule}")]
    Broken {
        /// The path below the templates folder, such as `topic-article/1.toml`.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The rule, and the value that violates it.
        rule: String,
    },
    /// A file or folder cannot be read.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// The file or folder.
        file: String,
        /// The cause.
        why: String,
    },
    /// The template does not exist.
    #[error("there is no template {0}")]
    Unknown(String),
}

impl TemplateError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Broken { .. } => ErrorKind::Invalid,
            Self::Unreadable { .. } => ErrorKind::Internal,
            Self::Unknown(_) => ErrorKind::Invalid,
        }
    }
}
