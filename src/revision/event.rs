//! The events of revisions in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId};

use super::Reason;

lectern_journal::events! {
    /// What happens to revisions.
    pub enum RevisionEvent named RevisionEventName {
        /// A revision was saved.
        Saved = "revision.saved" { new: SavedRevision },
    }
}

/// A revision as it was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedRevision {
    /// Its article.
    pub article: ArticleId,
    /// Its number within the article, from 1.
    pub number: u32,
    /// Why it was saved.
    pub reason: Reason,
    /// The name that a person gave it.
    pub name: Option<String>,
    /// The hash of its content.
    pub hash: Hash,
    /// Everyone who edited since the revision before.
    pub contributors: Vec<PersonId>,
}
