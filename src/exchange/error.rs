//! Why a pack cannot be exported or imported.

use std::io;
use std::path::{Path, PathBuf};

use lectern_article::{ArticleError, AttachmentError};
use lectern_audit::AuditError;
use lectern_base::ErrorKind;
use lectern_identity::IdentityError;
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_pack::OriginError;
use lectern_pool::PoolError;
use lectern_reading::ReadingError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;
use lectern_social::SocialError;
use lectern_store::StoreError;
use lectern_template::TemplateError;

/// Why a pack cannot be exported or imported. Files are named by their paths in the pack.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// No review was ever requested.
    #[error("nothing is on record yet: no review of it was ever requested")]
    Nothing,
    /// The article changed during every attempt to read it.
    #[error("“{0}” is being changed right now; try again in a moment")]
    Busy(String),
    /// The reason is longer than this many characters.
    #[error("a reason has at most {0} letters")]
    LongReason(usize),
    /// The file is not a ZIP, or is truncated.
    #[error("the pack cannot be read: {0}")]
    Unreadable(String),
    /// The ZIP lacks this file, so it is not a pack.
    #[error("this is no pack of Lectern: {0} is missing")]
    NoPack(&'static str),
    /// The layout has another version.
    #[error("the pack is of version {found}; this Lectern reads version {known}")]
    OtherVersion {
        /// The version of the pack.
        found: u32,
        /// The version that this release reads.
        known: u32,
    },
    /// A path leads out of the pack, or the entry is not a plain file.
    #[error("the pack holds {0:?}, which is no name of a file inside it")]
    BadName(String),
    /// A file, or the whole pack, exceeds a size limit.
    #[error("{file} of the pack is too large: {what}")]
    TooLarge {
        /// Which file.
        file: String,
        /// The limit.
        what: String,
    },
    /// A file is not listed in the manifest.
    #[error("{0} is in the pack but not in SHA256SUMS")]
    Unlisted(String),
    /// A file is listed in the manifest but missing.
    #[error("{0} stands in SHA256SUMS and not in the pack")]
    Missing(String),
    /// A file does not have the SHA-256 that the manifest lists.
    #[error("{0} is not what SHA256SUMS says: it was changed")]
    Changed(String),
    /// A file is malformed, or contradicts the others.
    #[error("{file} of the pack cannot be taken in: {what}")]
    Wrong {
        /// Which file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// The data directory is not empty.
    #[error(
        "{folder} is not empty ({holds}); a pack is taken into a new data directory, and nothing \
         was written"
    )]
    Occupied {
        /// The data directory.
        folder: String,
        /// What it contains.
        holds: String,
    },
    /// A record that the export needs does not exist.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A file cannot be written.
    #[error("{path} cannot be written: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// Another export runs, or a part of this one failed.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Verification after the import.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The evidence of an earlier import.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
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
    /// Attachments.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// Revisions.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Reviews.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Acknowledgements.
    #[error(transparent)]
    Reading(#[from] ReadingError),
    /// Comments.
    #[error(transparent)]
    Social(#[from] SocialError),
}

impl ExchangeError {
    /// Creates the error of a file that is malformed or contradicts the others.
    pub fn wrong(file: &str, what: impl ToString) -> Self {
        Self::Wrong {
            file: file.to_owned(),
            what: what.to_string(),
        }
    }

    /// Creates the error of a file that cannot be written.
    pub fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            cause,
        }
    }

    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Nothing | Self::Busy(_) | Self::Occupied { .. } => ErrorKind::Conflict,
            Self::LongReason(_)
            | Self::Unreadable(_)
            | Self::NoPack(_)
            | Self::OtherVersion { .. }
            | Self::BadName(_)
            | Self::TooLarge { .. }
            | Self::Unlisted(_)
            | Self::Missing(_)
            | Self::Changed(_)
            | Self::Wrong { .. } => ErrorKind::Invalid,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Io { .. } => ErrorKind::Unavailable,
            Self::Pool(cause) => cause.kind(),
            Self::Audit(cause) => cause.kind(),
            Self::Origin(cause) => cause.kind(),
            Self::Store(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Template(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Attachment(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Reading(cause) => cause.kind(),
            Self::Social(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::LongReason(_) => Some("reason"),
            Self::Identity(cause) => cause.field(),
            Self::Module(cause) => cause.field(),
            Self::Review(cause) => cause.field(),
            Self::Reading(cause) => cause.field(),
            Self::Social(cause) => cause.field(),
            _ => None,
        }
    }
}
