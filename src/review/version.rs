//! The record of a version.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId, ReviewId, RevisionId, Timestamp};
use lectern_store::{Store, StoreError, Table};
use lectern_template::TemplateRef;

use super::change::ChangeKind;

/// The versions of each article, by number.
pub(super) const VERSIONS: Table<(ArticleId, u32), Version> = Table::new("versions");

/// A revision that was approved and became effective, as version n.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The article.
    pub article: ArticleId,
    /// The n of n.0.
    pub number: u32,
    /// Its revision.
    pub revision: RevisionId,
    /// The hash of its content, which every approver saw.
    pub hash: Hash,
    /// Its title.
    pub title: String,
    /// The template it was written with.
    pub template: TemplateRef,
    /// The review that approved it.
    pub review: ReviewId,
    /// Whether people must read it again.
    pub kind: ChangeKind,
    /// What changed.
    pub change_summary: String,
    /// Everyone who contributed since the version before.
    pub contributors: Vec<PersonId>,
    /// Whose approvals counted.
    pub approved_by: Vec<PersonId>,
    /// Since when readers get it.
    pub effective_at: Timestamp,
    /// Its review date.
    pub review_due: Option<Timestamp>,
    /// When it was last reaffirmed.
    #[serde(default)]
    pub reaffirmed_at: Option<Timestamp>,
    /// When it was reissued in place of a suspended later one.
    #[serde(default)]
    pub reissued_at: Option<Timestamp>,
    /// When it was suspended or retired; `None` if it was readable until another replaced it.
    #[serde(default)]
    pub withdrawn_at: Option<Timestamp>,
    /// When another version replaced it.
    pub superseded_at: Option<Timestamp>,
}

/// Returns every version in a store, for verification.
pub async fn all_versions(store: &Store) -> Result<Vec<Version>, StoreError> {
    let found = VERSIONS.all(store).await?;
    Ok(found.into_iter().map(|(_, version)| version).collect())
}
