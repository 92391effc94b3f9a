//! The record of a review.

use serde::{Deserialize, Serialize};

use lectern_base::{
    ArticleId, Hash, ModuleId, PersonId, ReviewId, RevisionId, Timestamp, canonical,
};
use lectern_store::{Store, StoreError, Table};
use lectern_template::{EffectiveFrom, Expiry, Quorum, ReviewPolicy};

use super::change::ChangeKind;
use super::decision::{Decision, Verdict};
use super::review_state::ReviewState;
use super::state::{OpenReview, Policy, Stage, Vote, Voter};

/// All reviews.
pub(super) const REVIEWS: Table<ReviewId, Review> = Table::new("reviews");
/// The reviews of each article.
pub(super) const OF_ARTICLE: Table<(ArticleId, ReviewId), ()> = Table::new("reviews_of_article");

/// One revision and a frozen policy, with what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// What is under review.
    pub revision: RevisionId,
    /// The hash of what it says; a decision names it.
    pub revision_hash: Hash,
    /// The revision that was effective when it was requested; reviewers see what changed since.
    pub base: Option<RevisionId>,
    /// The policy of template and module when it was requested.
    pub policy: ReviewPolicy,
    /// Its stages, with those who could approve when it was requested. Empty in records from
    /// before stages were introduced; see [`Review::stages`].
    #[serde(default)]
    pub stages: Vec<ReviewStage>,
    /// Whether an approval is signed.
    #[serde(default)]
    pub signed: bool,
    /// Whether people must read the new version again.
    pub kind: ChangeKind,
    /// What changed, in the requester's words.
    pub change_summary: String,
    /// Why a minor change is minor, in the requester's words.
    #[serde(default)]
    pub justification: Option<String>,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: Timestamp,
    /// Everyone who edited since the base revision, and the requester. They cannot decide.
    pub contributors: Vec<PersonId>,
    /// Those who could decide when it was requested.
    pub reviewers: Vec<PersonId>,
    /// Its state.
    pub state: ReviewState,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// When an approved revision becomes effective, if that is later than its approval.
    #[serde(default)]
    pub effective_at: Option<Timestamp>,
    /// When the reviewers were reminded.
    #[serde(default)]
    pub reminded_at: Option<Timestamp>,
    /// Approvers who can no longer decide, whose decision is needed, and who have no substitute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<PersonId>,
    /// The substitutes that were named, oldest first. The policy stays frozen beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutions: Vec<Substitution>,
    /// When it ended.
    pub outcome_at: Option<Timestamp>,
}

/// One stage of a review, with those who decide there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewStage {
    /// Its title.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// What a signature given here means.
    pub meaning: String,
    /// Those who could approve here when the review was requested.
    pub approvers: Vec<PersonId>,
    /// Whether only they may; otherwise any current reviewer of the module.
    pub closed: bool,
}

/// A reviewer who decides in the place of one who can no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substitution {
    /// In which stage, counted from 0.
    pub stage: usize,
    /// Who can no longer decide.
    pub missing: PersonId,
    /// Who decides instead.
    pub substitute: PersonId,
    /// Who named them.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl Review {
    /// Tells whether it can still be decided.
    pub fn is_open(&self) -> bool {
        self.state == ReviewState::Candidate
    }

    /// Returns its stages with those who decide there now: substitutes in the place of those who can
    /// no longer.
    pub fn current_stages(&self) -> Vec<ReviewStage> {
        let mut stages = self.stages();
        for one in &self.substitutions {
            if let Some(stage) = stages.get_mut(one.stage) {
                stage.approvers.retain(|person| *person != one.missing);
                stage.approvers.push(one.substitute);
            }
        }
        stages
    }

    /// Returns its stages as they were frozen; a record from before stages were introduced has one.
    pub fn stages(&self) -> Vec<ReviewStage> {
        match self.stages.is_empty() {
            false => self.stages.clone(),
            true => vec![ReviewStage {
                title: "Review".to_owned(),
                quorum: self.policy.quorum,
                meaning: "approved".to_owned(),
                approvers: self.reviewers.clone(),
                closed: false,
            }],
        }
    }

    /// Returns the review as the state machine sees it.
    pub fn as_open(&self) -> OpenReview {
        OpenReview {
            hash: self.revision_hash,
            requested_by: self.requested_by,
            contributors: self.contributors.iter().copied().collect(),
            stages: self.current_stages().into_iter().map(Stage::from).collect(),
            votes: self.decisions.iter().map(Vote::from).collect(),
            approved: self.state == ReviewState::Approved,
            reminded: self.reminded_at.is_some(),
            missing: self.missing.iter().copied().collect(),
        }
    }

    /// Returns its policy as the state machine sees it.
    pub fn rules(&self) -> Policy {
        Policy {
            at_once: self.policy.effective == EffectiveFrom::AtOnce,
            signed: self.signed,
            hard_expiry: self.policy.expiry == Expiry::Hard,
        }
    }

    /// Returns the stage to be passed next, counted from 0; the last one when all are passed.
    pub fn stage(&self) -> usize {
        self.as_open().stage()
    }

    /// Returns the progress of each stage, in order.
    pub fn progress(&self) -> Vec<StageProgress> {
        let open = self.as_open();
        let stages = self.current_stages().into_iter().enumerate();
        let progress = stages.map(|(at, stage)| StageProgress {
            needed: open.stages[at].needed(),
            approved: open.approvals(at).len(),
            passed: open.is_passed(at),
            stage,
        });
        progress.collect()
    }

    /// Returns how many approvals the next stage takes.
    pub fn needed(&self) -> usize {
        let open = self.as_open();
        open.stages[open.stage()].needed()
    }

    /// Returns how many approvals count in the next stage.
    pub fn approvals(&self) -> usize {
        let open = self.as_open();
        open.approvals(open.stage()).len()
    }

    /// Returns those whose approval counts in any stage, in the order of their last approvals.
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

    /// Tells whether this person should decide next: they may decide at the next stage, did not
    /// contribute, and have not decided there.
    ///
    /// The caller must know that they review in the module.
    pub fn waits_for(&self, person: PersonId) -> bool {
        self.waits_for_voter(Voter::from(person))
    }

    /// Tells whether a voter should decide next: neither they nor the person they stand in for
    /// contributed, and that person's place is still empty.
    pub fn waits_for_voter(&self, by: Voter) -> bool {
        let open = self.as_open();
        let at = open.stage();
        let stage = &open.stages[at];
        let decided = |vote: &Vote| {
            vote.stage == at && (vote.by.person == by.person || vote.by.seat == by.seat)
        };
        self.is_open()
            && !self.is_of(by)
            && (!stage.closed || stage.approvers.contains(&by.seat))
            && !open.votes.iter().any(decided)
    }

    /// Tells whether the voter contributed to the text, or stands in for somebody who did.
    pub fn is_of(&self, by: Voter) -> bool {
        self.contributors.contains(&by.person) || self.contributors.contains(&by.seat)
    }

    /// Returns the version of its frozen policy: the SHA-256 of the canonical JSON (RFC 8785),
    /// stages and their approvers included.
    pub fn policy_version(&self) -> Hash {
        Hash::of(&canonical(&self.frozen_policy()))
    }

    /// Returns the policy that is frozen into it, as [`Review::policy_version`] hashes it.
    pub fn frozen_policy(&self) -> serde_json::Value {
        serde_json::json!({"policy": self.policy, "stages": self.stages(), "signed": self.signed})
    }
}

/// The progress of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageProgress {
    /// The stage.
    pub stage: ReviewStage,
    /// Approvals that count.
    pub approved: usize,
    /// Approvals that it takes.
    pub needed: usize,
    /// Whether these are enough.
    pub passed: bool,
}

impl From<ReviewStage> for Stage {
    fn from(stage: ReviewStage) -> Self {
        Self {
            title: stage.title,
            quorum: stage.quorum,
            approvers: stage.approvers.into_iter().collect(),
            closed: stage.closed,
        }
    }
}

impl From<&Decision> for Vote {
    fn from(decision: &Decision) -> Self {
        Self {
            by: decision.voter(),
            stage: decision.stage,
            approves: decision.verdict == Verdict::Approve,
            hash: decision.revision_hash,
        }
    }
}

/// Returns every review in a store, for verification.
pub async fn all_reviews(store: &Store) -> Result<Vec<Review>, StoreError> {
    let found = REVIEWS.all(store).await?;
    Ok(found.into_iter().map(|(_, review)| review).collect())
}
