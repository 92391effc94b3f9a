//! The record of a revision.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId, RevisionId, Timestamp};
use lectern_store::{Store, StoreError, Table};
use lectern_template::TemplateRef;

/// All revisions.
pub(super) const REVISIONS: Table<RevisionId, Revision> = Table::new("revisions");
/// The revisions of each article, by number.
pub(super) const OF_ARTICLE: Table<(ArticleId, u32), RevisionId> =
    Table::new("revisions_of_article");

/// An immutable snapshot of a draft; what it says is a blob named by `hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its name for good.
    pub id: RevisionId,
    /// Whose draft it was.
    pub article: ArticleId,
    /// Counts up from 1 in its article.
    pub number: u32,
    /// Why it was made.
    pub reason: Reason,
    /// The name somebody gave it.
    pub name: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// Who asked for it; none at the end of an editing session.
    pub created_by: Option<PersonId>,
    /// Everyone whose edits came in since the effective version of that time, or since the start
    /// where there was none.
    pub contributors: Vec<PersonId>,
    /// The last entry of the edit log that is surely in it.
    pub position: u64,
    /// What it was written against.
    pub template: TemplateRef,
    /// SHA-256 of its content as canonical JSON (RFC 8785).
    pub hash: Hash,
    /// The title then.
    pub title: String,
    /// What changed, where it was made for a review.
    pub change_summary: Option<String>,
}

/// Why a revision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RevisionReason)]
pub enum Reason {
    /// The last writer left.
    SessionEnd,
    /// A review was requested.
    Review,
    /// Somebody saved it.
    Named,
    /// An earlier one was put back.
    Restore,
}

/// Returns the hash of what a revision says, straight from the store.
pub async fn hash_of(store: &Store, id: RevisionId) -> Result<Option<Hash>, StoreError> {
    let found = REVISIONS.get(store, &id).await?;
    Ok(found.map(|revision| revision.hash))
}

/// Every revision of a store, for whoever verifies it.
pub async fn all(store: &Store) -> Result<Vec<Revision>, StoreError> {
    let found = REVISIONS.all(store).await?;
    Ok(found.into_iter().map(|(_, revision)| revision).collect())
}
