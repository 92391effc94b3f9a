//! Why something is not proven.

use lectern_article::{ArticleError, AttachmentError};
use lectern_base::{ErrorKind, SignatureId};
use lectern_identity::IdentityError;
use lectern_journal::{BrokenChain, CheckpointError, JournalError};
use lectern_live::LiveError;
use lectern_module::ModuleError;
use lectern_pack::OriginError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;
use lectern_social::SocialError;
use lectern_store::StoreError;

/// Why a data directory does not verify, or the audit trail cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The journal's chain is broken.
    #[error(transparent)]
    BrokenChain(#[from] BrokenChain),
    /// A checkpoint is not valid, or belongs to another journal.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Records, texts and the journal disagree.
    #[error("{record} is not what was written: {what}; restore a backup")]
    Contradiction {
        /// The first record that disagrees with the others.
        record: String,
        /// What is wrong with it.
        what: String,
    },
    /// A signature record is not what was signed.
    #[error("signature {signature} is not sound: {wrong}; restore a backup")]
    UnsoundSignature {
        /// Which signature.
        signature: SignatureId,
        /// What is wrong with it.
        wrong: String,
    },
    /// The evidence of an imported pack.
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
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Attachments.
    #[error(transparent)]
    Attachment(#[from] AttachmentError),
    /// Drafts.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// Revisions.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Reviews.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Comments.
    #[error(transparent)]
    Social(#[from] SocialError),
}

impl AuditError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BrokenChain(_)
            | Self::Checkpoint(_)
            | Self::Contradiction { .. }
            | Self::UnsoundSignature { .. } => ErrorKind::Internal,
            Self::Origin(cause) => cause.kind(),
            Self::Store(cause) => cause.kind(),
            Self::Journal(cause) => cause.kind(),
            Self::Identity(cause) => cause.kind(),
            Self::Module(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Attachment(cause) => cause.kind(),
            Self::Live(cause) => cause.kind(),
            Self::Revision(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Social(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Identity(cause) => cause.field(),
            Self::Module(cause) => cause.field(),
            Self::Review(cause) => cause.field(),
            Self::Social(cause) => cause.field(),
            _ => None,
        }
    }
}
