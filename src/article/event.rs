//! The events of articles, their drafts and their attachments in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, ReviewId};

lectern_journal::events! {
    /// What happens to articles, their drafts and their attachments.
    pub enum ArticleEvent named ArticleEventName {
        /// An article was started.
        Created = "article.created" { new: NewArticleFacts },
        /// An article came with a pack.
        Imported = "article.imported" { new: ImportedArticle },
        /// An attachment was added.
        AttachmentAdded = "attachment.added" { new: AttachmentFacts },
        /// An attachment that no text uses was removed.
        AttachmentRemoved = "attachment.removed" { old: AttachmentFacts, },
        /// Damaged parts of a draft were set aside; each is described.
        DraftSetAside = "draft.set_aside" { new: Vec<String> },
        /// Somebody dealt with the damaged parts of a draft.
        DraftSetAsideSettled = "draft.set_aside_settled" { old: Vec<String>, },
        /// A live edit was refused.
        EditRefused = "edit.refused",
    }
}

/// An article as it was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewArticleFacts {
    /// The title.
    pub title: String,
    /// The name in its address.
    pub slug: String,
    /// The template, as `name@version`.
    pub template: String,
}

/// An article as it was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportedArticle {
    /// The title.
    pub title: String,
    /// The hashes of its versions, oldest first.
    pub versions: Vec<Hash>,
    /// The open reviews that the import closed.
    pub reviews_closed: Vec<ReviewId>,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachmentFacts {
    /// Its article.
    pub article: ArticleId,
    /// The file name.
    pub name: String,
    /// The media type (RFC 6838).
    pub media_type: String,
    /// The size in bytes.
    pub bytes: u64,
}
