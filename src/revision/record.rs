//! The revision record.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId, RevisionId, Timestamp};
use lectern_store::{Store, StoreError, Table};
use lectern_template::TemplateRef;

/// All revisions.
pub(super) const REVISIONS: Table<RevisionId, Revision> = Table::new("revisions");
/// The revisions of each article, by number.
pub(super) const OF_ARTICLE: Table<(ArticleId, u32), RevisionId> =
    Table::new("revisions_of_article");

/// Who wrote text that a restore brought back, by the position in the edit log from which on it is
/// in the draft.
pub(super) const RESTORED: Table<(ArticleId, u64), Vec<PersonId>> = Table::new("restored_writers");

/// An immutable snapshot of a draft. Its content is the blob with this `hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The permanent id.
    pub id: RevisionId,
    /// The article it belongs to.
    pub article: ArticleId,
    /// Counts up from 1 within the article.
    pub number: u32,
    /// Why it was made.
    pub reason: Reason,
    /// The name someone gave it.
    pub name: Option<String>,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Who saved it; `None` at the end of an editing session.
    pub created_by: Option<PersonId>,
    /// Everyone who edited the draft since the version effective at the time, or since the
    /// beginning.
    pub contributors: Vec<PersonId>,
    /// The last edit log position that it certainly includes.
    pub position: u64,
    /// The template it was written against.
    pub template: TemplateRef,
    /// SHA-256 of its content as canonical JSON (RFC 8785).
    pub hash: Hash,
    /// The title at the time.
    pub title: String,
    /// The change summary, if it was made for a review.
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

/// Returns the content hash of a revision, straight from the store.
pub async fn hash_of(store: &Store, id: RevisionId) -> Result<Option<Hash>, StoreError> {
    let found = REVISIONS.get(store, &id).await?;
    Ok(found.map(|revision| revision.hash))
}

/// Returns every revision in a store, for verification.
pub async fn all(store: &Store) -> Result<Vec<Revision>, StoreError> {
    let found = REVISIONS.all(store).await?;
    Ok(found.into_iter().map(|(_, revision)| revision).collect())
}
