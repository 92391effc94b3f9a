//! The records of reviews and of versions.

use serde::{Deserialize, Serialize};

use super::checklist::Answer;
use crate::base::{ArticleId, Hash, ModuleId, PersonId, ReviewId, RevisionId, Timestamp};
use crate::store::Table;
use crate::template::{ReviewPolicy, TemplateRef};

/// All reviews.
pub(super) const REVIEWS: Table<ReviewId, Review> = Table::new("reviews");
/// The reviews of each article.
pub(super) const OF_ARTICLE: Table<(ArticleId, ReviewId), ()> = Table::new("reviews_of_article");
/// The reviews that can be decided, with their module.
pub(super) const OPEN: Table<ReviewId, ModuleId> = Table::new("reviews_open");
/// The versions of each article, by number.
pub(super) const VERSIONS: Table<(ArticleId, u32), Version> = Table::new("versions");

/// One revision and a frozen policy, with what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its name for good.
    pub id: ReviewId,
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// What is under review.
    pub revision: RevisionId,
    /// The hash of what it says; a decision names it.
    pub revision_hash: Hash,
    /// The revision that was effective then; what changed since is what reviewers look at.
    pub base: Option<RevisionId>,
    /// The template's policy, as it was then.
    pub policy: ReviewPolicy,
    /// Whether people must read the new version again.
    pub kind: Kind,
    /// What changed, in the requester's words.
    pub change_summary: String,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: Timestamp,
    /// Everyone whose edits came in since the base revision, and the requester: they cannot
    /// decide.
    pub contributors: Vec<PersonId>,
    /// Those who could decide when it was requested.
    pub reviewers: Vec<PersonId>,
    /// Where it stands.
    pub state: ReviewState,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// When it ended.
    pub outcome_at: Option<Timestamp>,
}

impl Review {
    /// Tells whether it can still be decided.
    pub fn is_open(&self) -> bool {
        self.state == ReviewState::Candidate
    }

    /// Returns how many approvals it takes.
    pub fn needed(&self) -> usize {
        self.policy.quorum.needed(self.reviewers.len())
    }

    /// Returns those whose approval counts, in the order in which they gave it.
    pub fn approved_by(&self) -> Vec<PersonId> {
        let mut approved = Vec::new();
        for decision in &self.decisions {
            approved.retain(|person| *person != decision.person);
            if decision.verdict == Verdict::Approve && decision.revision_hash == self.revision_hash
            {
                approved.push(decision.person);
            }
        }
        approved.retain(|person| !self.contributors.contains(person));
        approved
    }

    /// Returns what a person decided last.
    pub fn decision_of(&self, person: PersonId) -> Option<&Decision> {
        self.decisions
            .iter()
            .rfind(|decision| decision.person == person)
    }
}

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// It can be decided.
    Candidate,
    /// The quorum is reached; the effective time is still to come.
    Approved,
    /// Its revision became a version.
    Effective,
    /// A reviewer rejected it.
    Rejected,
    /// It was taken back.
    Withdrawn,
    /// Another version became effective meanwhile.
    Outdated,
    /// Nobody decided in time.
    Stale,
}

/// Whether people must read the new version again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ChangeWeight)]
pub enum Kind {
    /// They must.
    Major,
    /// They need not.
    Minor,
}

impl Kind {
    /// Returns the word that pages and the interface use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }
}

/// What one reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The reviewer.
    pub person: PersonId,
    /// Which way.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// The answers to the checklist.
    pub checklist: Vec<Answer>,
    /// When.
    pub at: Timestamp,
    /// The hash of what the reviewer saw.
    pub revision_hash: Hash,
}

/// Which way a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may become effective.
    Approve,
    /// It may not.
    Reject,
}

/// A revision that was approved and became effective: version n.0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The article.
    pub article: ArticleId,
    /// The n of n.0.
    pub number: u32,
    /// The revision that it is.
    pub revision: RevisionId,
    /// The hash of what it says: the one that every approver saw.
    pub hash: Hash,
    /// Its title.
    pub title: String,
    /// What it was written against.
    pub template: TemplateRef,
    /// The review that approved it.
    pub review: ReviewId,
    /// Whether people must read it again.
    pub kind: Kind,
    /// What changed.
    pub change_summary: String,
    /// Everyone who wrote in it since the version before.
    pub contributors: Vec<PersonId>,
    /// Whose approvals counted.
    pub approved_by: Vec<PersonId>,
    /// Since when readers get it.
    pub effective_at: Timestamp,
    /// When it should be looked at again.
    pub review_due: Option<Timestamp>,
    /// When another version took its place.
    pub superseded_at: Option<Timestamp>,
}

/// A review to be requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// What changed, for the reviewers.
    pub change_summary: String,
    /// Whether people must read the new version again.
    pub kind: Kind,
}
