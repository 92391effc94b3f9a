//! What can go wrong while rooms work together.

use std::path::{Path, PathBuf};

use lectern_base::ErrorKind;

/// A failure of one of the rooms, passed through with its own words.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is nothing there, or nothing that the caller may know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// There is no version for readers.
    #[error("{0}")]
    NotEffective(&'static str),
    /// The template fixes it.
    #[error("the template fixes this; it cannot be changed")]
    Fixed,
    /// The title cannot be one.
    #[error("a title has 1 to {0} letters")]
    BadTitle(usize),
    /// The value is no answer to what the field asks.
    #[error("{0}")]
    BadValue(String),
    /// There is something where a copy was to be made.
    #[error("{0} is not empty; nothing was overwritten")]
    NotEmpty(PathBuf),
    /// A file could not be written.
    #[error("{path} cannot be written: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] lectern_store::StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] lectern_journal::JournalError),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] lectern_identity::Denied),
    /// Identity refused.
    #[error(transparent)]
    Identity(#[from] lectern_identity::IdentityError),
    /// A module refused.
    #[error(transparent)]
    Module(#[from] lectern_module::ModuleError),
    /// A template refused.
    #[error(transparent)]
    Template(#[from] lectern_template::TemplateError),
    /// An article refused.
    #[error(transparent)]
    Article(#[from] lectern_article::ArticleError),
    /// A file refused, or is missing.
    #[error(transparent)]
    Attachment(#[from] lectern_article::AttachmentError),
    /// The document refused.
    #[error(transparent)]
    Document(#[from] lectern_document::DocumentError),
    /// A live room refused.
    #[error(transparent)]
    Live(#[from] lectern_live::LiveError),
    /// A revision refused.
    #[error(transparent)]
    Revision(#[from] lectern_revision::RevisionError),
    /// A follower could not take what the journal says.
    #[error(transparent)]
    Follow(#[from] lectern_journal::FollowError),
    /// The journal's chain is broken.
    #[error(transparent)]
    Broken(#[from] lectern_journal::BrokenChain),
    /// Records, texts and the journal do not agree.
    #[error("{record} is not what was written: {what}; restore a backup")]
    Contradiction {
        /// The first record that does not agree with the others.
        record: String,
        /// What is wrong.
        what: String,
    },
    /// A signature is not as it was given.
    #[error("signature {signature} is not sound: {wrong}; restore a backup")]
    UnsoundSignature {
        /// Which one.
        signature: lectern_base::SignatureId,
        /// What is wrong with it.
        wrong: String,
    },
    /// A checkpoint proves nothing, or not what was asked.
    #[error(transparent)]
    Unproven(#[from] lectern_journal::CheckpointError),
    /// A review refused.
    #[error(transparent)]
    Review(#[from] lectern_review::ReviewError),
    /// An assignment or an acknowledgement was refused.
    #[error(transparent)]
    Reading(#[from] lectern_reading::ReadingError),
    /// Comments refused.
    #[error(transparent)]
    Social(#[from] lectern_social::SocialError),
    /// A pack is not made, or not taken in.
    #[error(transparent)]
    Pack(#[from] super::PackError),
    /// Search refused.
    #[error(transparent)]
    Search(#[from] lectern_search::SearchError),
}

impl AppError {
    /// Makes the error of a file that could not be written.
    pub fn io(path: &Path, cause: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            cause,
        }
    }

    /// Sorts the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) | Self::NotEffective(_) => ErrorKind::NotFound,
            Self::Fixed | Self::BadTitle(_) | Self::BadValue(_) => ErrorKind::Invalid,
            Self::NotEmpty(_) => ErrorKind::Conflict,
            Self::Io { .. } => ErrorKind::Unavailable,
            Self::Store(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Denied(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Template(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Attachment(cause) => cause.kind(),
            Self::Document(cause) => cause.kind(),
            Self::Live(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Search(cause) => cause.kind(),
            Self::Broken(_) | Self::Contradiction { .. } | Self::Unproven(_) | Self::Follow(_) => {
                ErrorKind::Internal
            }
            Self::UnsoundSignature { .. } => ErrorKind::Internal,
            Self::Review(cause) => cause.kind(),
            Self::Reading(cause) => cause.kind(),
            Self::Social(cause) => cause.kind(),
            Self::Pack(cause) => cause.kind(),
        }
    }

    /// The field of the input that broke a rule, where the room below names it.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Identity(cause) => cause.field(),
            Self::Module(cause) => cause.field(),
            Self::Review(cause) => cause.field(),
            Self::Reading(cause) => cause.field(),
            Self::Social(cause) => cause.field(),
            Self::Pack(super::PackError::LongReason(_)) => Some("reason"),
            Self::BadTitle(_) => Some("title"),
            Self::BadValue(_) => Some("value"),
            _ => None,
        }
    }
}
