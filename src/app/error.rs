//! Why the server cannot start, or a task of the whole server fails.

use std::path::{Path, PathBuf};

use lectern_article::ArticleError;
use lectern_authoring::AuthoringError;
use lectern_base::ErrorKind;
use lectern_exchange::ExchangeError;
use lectern_identity::{Denied, IdentityError};
use lectern_journal::{FollowError, JournalError};
use lectern_module::ModuleError;
use lectern_notify::NotifyError;
use lectern_reading::ReadingError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;
use lectern_search::SearchError;
use lectern_store::StoreError;
use lectern_template::TemplateError;

/// Why the server cannot start, or a task of the whole server fails.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The target of a copy is not empty.
    #[error("{0} is not empty; nothing was overwritten")]
    NotEmpty(PathBuf),
    /// Approved texts elsewhere link to the sample.
    #[error(
        "approved articles in other modules link to the sample; change these links first, so that \
         none leads nowhere"
    )]
    SampleLinked,
    /// A file cannot be written.
    #[error("{path} cannot be written: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A follower of the journal.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// People.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Modules.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// Templates.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Revisions.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Reviews and versions.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Assignments and acknowledgements.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// Search.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Drafts.
    #[error(transparent)]
    Authoring(#[from] AuthoringError),
    /// Notifications.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// Packs.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl AppError {
    /// Creates the error of a file that cannot be written.
    pub(crate) fn io(path: &Path, cause: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            cause,
        }
    }

    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotEmpty(_) | Self::SampleLinked => ErrorKind::Conflict,
            Self::Io { .. } => ErrorKind::Unavailable,
            Self::Follow(_) => ErrorKind::Internal,
            Self::Store(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Denied(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Template(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Reading(cause) => cause.kind(),
            Self::Search(cause) => cause.kind(),
            Self::Authoring(cause) => cause.kind(),
            Self::Notify(cause) => cause.kind(),
            Self::Exchange(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Identity(cause) => cause.field(),
            Self::Module(cause) => cause.field(),
            Self::Authoring(cause) => cause.field(),
            Self::Notify(cause) => cause.field(),
            Self::Exchange(cause) => cause.field(),
            _ => None,
        }
    }
}
