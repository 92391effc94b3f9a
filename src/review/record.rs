//! The records of reviews and of versions.

use serde::{Deserialize, Serialize};

use lectern_base::{
    ArticleId, Hash, ModuleId, PersonId, ReviewId, RevisionId, SignatureId, Timestamp, canonical,
};
use lectern_store::{Store, StoreError, Table};
use lectern_template::{EffectiveFrom, Expiry, Quorum, ReviewPolicy, TemplateRef};

use super::checklist::Answer;
use super::state::{OpenReview, Policy, Stage, Voice, Vote};

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
    /// The policy of template and module, as it was then.
    pub policy: ReviewPolicy,
    /// The stages that it passes, with those who could approve when it was requested. Empty in
    /// records of before there were stages; see [`Review::stages`].
    #[serde(default)]
    pub stages: Vec<ReviewStage>,
    /// Whether an approval is signed.
    #[serde(default)]
    pub signed: bool,
    /// Whether people must read the new version again.
    pub kind: Kind,
    /// What changed, in the requester's words.
    pub change_summary: String,
    /// Why a minor change is one, in the requester's words.
    #[serde(default)]
    pub justification: Option<String>,
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
    /// When an approved revision becomes effective, if that is later than its approval.
    #[serde(default)]
    pub effective_at: Option<Timestamp>,
    /// When the reviewers were reminded.
    #[serde(default)]
    pub reminded_at: Option<Timestamp>,
    /// When it ended.
    pub outcome_at: Option<Timestamp>,
}

/// One stage of a review, with those who decide there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewStage {
    /// What people call it.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// What a signature given here means.
    pub meaning: String,
    /// Those who could approve here when the review was requested.
    pub approvers: Vec<PersonId>,
    /// Whether they alone may; otherwise whoever reviews in the module by now.
    pub closed: bool,
}

impl Review {
    /// Tells whether it can still be decided.
    pub fn is_open(&self) -> bool {
        self.state == ReviewState::Candidate
    }

    /// Returns its stages; a record of before there were stages has one.
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

    /// Returns what the state machine knows of it.
    pub fn as_open(&self) -> OpenReview {
        OpenReview {
            hash: self.revision_hash,
            requested_by: self.requested_by,
            contributors: self.contributors.iter().copied().collect(),
            stages: self.stages().into_iter().map(Stage::from).collect(),
            votes: self.decisions.iter().map(Vote::from).collect(),
            approved: self.state == ReviewState::Approved,
            reminded: self.reminded_at.is_some(),
        }
    }

    /// Returns its rules as the state machine takes them.
    pub fn rules(&self) -> Policy {
        Policy {
            at_once: self.policy.effective == EffectiveFrom::AtOnce,
            signed: self.signed,
            hard_expiry: self.policy.expiry == Expiry::Hard,
        }
    }

    /// Returns the stage that is to be passed next, counted from 0; the last one when all are.
    pub fn stage(&self) -> usize {
        self.as_open().stage()
    }

    /// Returns what is known of each stage, in order.
    pub fn progress(&self) -> Vec<StageProgress> {
        let open = self.as_open();
        let stages = self.stages().into_iter().enumerate();
        let progress = stages.map(|(at, stage)| StageProgress {
            needed: open.stages[at].needed(),
            approved: open.approvals(at).len(),
            passed: open.is_passed(at),
            stage,
        });
        progress.collect()
    }

    /// Returns how many approvals the stage takes that is to be passed next.
    pub fn needed(&self) -> usize {
        let open = self.as_open();
        open.stages[open.stage()].needed()
    }

    /// Returns how many approvals count in the stage that is to be passed next.
    pub fn approvals(&self) -> usize {
        let open = self.as_open();
        open.approvals(open.stage()).len()
    }

    /// Returns those whose approval counts in any stage, in the order in which they gave it last.
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

    /// Tells whether this person's decision is waited for: they may decide at the stage that is
    /// to be passed next, did not contribute, and have not decided there.
    ///
    /// That they review in the module is for the caller to know.
    pub fn waits_for(&self, person: PersonId) -> bool {
        self.waits_for_voice(Voice::from(person))
    }

    /// Tells whether it waits for the decision of whoever stands in for another: neither wrote,
    /// and the place of that other is still empty.
    pub fn waits_for_voice(&self, by: Voice) -> bool {
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

    /// Tells whether who speaks wrote in the text, or stands in for somebody who did.
    pub fn is_of(&self, by: Voice) -> bool {
        self.contributors.contains(&by.person) || self.contributors.contains(&by.seat)
    }

    /// Names the policy that is frozen into it: the SHA-256 of its canonical JSON (RFC 8785),
    /// stages and their approvers included.
    pub fn policy_version(&self) -> Hash {
        Hash::of(&canonical(&self.frozen_policy()))
    }

    /// Returns the policy that is frozen into it, as [`Review::policy_version`] hashes it.
    pub fn frozen_policy(&self) -> serde_json::Value {
        serde_json::json!({"policy": self.policy, "stages": self.stages(), "signed": self.signed})
    }
}

/// How far a stage is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageProgress {
    /// The stage.
    pub stage: ReviewStage,
    /// Approvals that count.
    pub approved: usize,
    /// Approvals that it takes.
    pub needed: usize,
    /// Whether that is enough.
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
            by: decision.voice(),
            stage: decision.stage,
            approves: decision.verdict == Verdict::Approve,
            hash: decision.revision_hash,
        }
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
    /// For whom, when somebody else's right was used.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
    /// In which stage, counted from 0.
    #[serde(default)]
    pub stage: usize,
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
    /// The signature that was given with it.
    #[serde(default)]
    pub signature: Option<SignatureId>,
}

impl Decision {
    /// Returns who decided, and whose right was used.
    pub fn voice(&self) -> Voice {
        let person = self.person;
        let seat = self.on_behalf_of.unwrap_or(person);
        Voice { person, seat }
    }
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
    /// When it was last found to be right still.
    #[serde(default)]
    pub reaffirmed_at: Option<Timestamp>,
    /// When it took the place of a later one that had been suspended.
    #[serde(default)]
    pub reissued_at: Option<Timestamp>,
    /// When it was taken back; none while it may be read, or was until another took its place.
    #[serde(default)]
    pub withdrawn_at: Option<Timestamp>,
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
    /// Why a minor change is one; the summary stands for it when nothing else is said.
    pub justification: Option<String>,
}

/// Every review of a store, for whoever verifies it.
pub async fn all(store: &Store) -> Result<Vec<Review>, StoreError> {
    let found = REVIEWS.all(store).await?;
    Ok(found.into_iter().map(|(_, review)| review).collect())
}

/// Every version of a store, for whoever verifies it.
pub async fn all_versions(store: &Store) -> Result<Vec<Version>, StoreError> {
    let found = VERSIONS.all(store).await?;
    Ok(found.into_iter().map(|(_, version)| version).collect())
}
