//! The events of reviews, versions and signatures in the journal.

use serde::{Deserialize, Serialize};

use lectern_article::Standing;
use lectern_base::{
    ArticleId, DelegationId, Hash, PersonId, ReviewId, RevisionId, SignatureId, Subject, Timestamp,
};
use lectern_journal::{Actor, AuditEvent, Unnumbered};

use super::change::ChangeKind;
use super::checklist::Answer;
use super::decision::Verdict;
use super::module_rules::ModuleRules;
use super::review::{Review, ReviewStage};
use super::review_state::ReviewState;
use super::signature::Signature;

lectern_journal::events! {
    /// What happens to reviews, versions and signatures.
    pub enum ReviewEvent named ReviewEventName {
        /// A review was requested.
        Requested = "review.requested" { new: RequestedReview },
        /// A reviewer decided.
        Decided = "review.decided" { new: RecordedDecision },
        /// A stage has its approvals, and another follows.
        StagePassed = "review.stage_passed" { new: PassedStage },
        /// Approvers whose decision is needed can no longer decide.
        ReviewersMissing = "review.reviewers_missing" { new: MissingReviewers },
        /// A substitute was named for an approver who can no longer decide.
        SubstituteNamed = "review.substitute_named" { new: NamedSubstitute },
        /// Reviewers were reminded.
        Reminded = "review.reminded" { new: RemindedReviewers },
        /// All stages have their approvals.
        Approved = "review.approved" { new: ApprovedReview },
        /// A reviewer rejected the text.
        Rejected = "review.rejected" { old: ReviewStatus, new: ClosedReview },
        /// The review was withdrawn, or replaced by another one.
        Withdrawn = "review.withdrawn" { old: ReviewStatus, new: WithdrawnReview },
        /// The version that the review compares with was replaced.
        Outdated = "review.outdated" { old: ReviewStatus, new: ClosedReview },
        /// The review was closed because nobody decided in time.
        Stale = "review.stale" { old: ReviewStatus, new: ClosedReview },
        /// Somebody signed.
        SignatureGiven = "signature.given" { new: Unnumbered<Signature> },
        /// A version became effective.
        VersionEffective = "version.effective" { new: EffectiveVersionFacts },
        /// Another version replaced it.
        VersionSuperseded = "version.superseded" { new: SupersededVersion },
        /// It was suspended.
        VersionSuspended = "version.suspended" { old: VersionStatus, new: VersionStatus },
        /// A suspended version was reinstated.
        VersionReinstated = "version.reinstated" { old: VersionStatus, new: VersionStatus },
        /// An earlier version was issued again.
        VersionReissued = "version.reissued" { old: VersionStatus, new: VersionStatus },
        /// A version was reaffirmed at its review date.
        VersionReaffirmed = "version.reaffirmed" { old: VersionStatus, new: VersionStatus },
        /// The review date is near.
        ReviewDateNear = "version.review_soon" { new: UpcomingReviewDate },
        /// The review date has passed.
        VersionDue = "version.due" { old: StandingBefore, new: PassedReviewDate },
        /// The review date has passed, and the version has expired.
        VersionExpired = "version.expired" { old: StandingBefore, new: PassedReviewDate },
        /// The first of two people signed that the article is retired.
        RetirementSigned = "article.retirement_signed" { new: RetiredVersion },
        /// The article was retired.
        ArticleRetired = "article.retired" { old: VersionStatus, new: VersionStatus },
        /// The review rules of a module were changed.
        RulesChanged = "module.rules_changed" { old: Option<ModuleRules>, new: ModuleRules },
    }
}

/// A review as it was requested. Entries from before there were stages lack some of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestedReview {
    /// The article.
    pub article: ArticleId,
    /// The revision under review.
    pub revision: RevisionId,
    /// The hash of its content.
    pub revision_hash: Hash,
    /// The review that this one replaces.
    #[serde(default)]
    pub replaces: Option<ReviewId>,
    /// Whether people must read the new version again.
    pub kind: ChangeKind,
    /// Why a minor change is minor.
    #[serde(default)]
    pub justification: Option<String>,
    /// The stages, with those who can approve.
    #[serde(default)]
    pub stages: Vec<ReviewStage>,
    /// Whether an approval is signed.
    #[serde(default)]
    pub signed: bool,
    /// The hash of the frozen policy.
    #[serde(default)]
    pub policy_version: Option<Hash>,
    /// Everyone who contributed; they cannot decide.
    pub contributors: Vec<PersonId>,
    /// Everyone who could decide.
    pub reviewers: Vec<PersonId>,
    /// Number of approvals that the first stage needs.
    pub needed: usize,
}

impl RequestedReview {
    /// Returns those who can approve in the first stage.
    pub fn first_approvers(&self) -> &[PersonId] {
        let first = self.stages.first();
        first.map_or(&self.reviewers, |stage| &stage.approvers)
    }
}

/// A decision as it was made; the actor of the entry made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedDecision {
    /// The article.
    pub article: ArticleId,
    /// The verdict.
    pub verdict: Verdict,
    /// The reviewer in whose place it was made.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
    /// The delegation that allowed this.
    #[serde(default)]
    pub delegation: Option<DelegationId>,
    /// The title of the stage.
    #[serde(default)]
    pub stage: Option<String>,
    /// The signature given with it.
    #[serde(default)]
    pub signature: Option<SignatureId>,
    /// The hash of the content that the reviewer saw.
    pub revision_hash: Hash,
    /// Number of approvals in the stage afterwards; `None` for a rejection.
    pub approvals: Option<usize>,
    /// Number of approvals that the stage needs.
    pub needed: usize,
    /// The answers to the checklist.
    pub checklist: Vec<Answer>,
}

/// A stage that has its approvals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassedStage {
    /// The article.
    pub article: ArticleId,
    /// The title of the stage.
    pub stage: String,
    /// The title of the next one.
    pub next: Option<String>,
    /// Those who can approve there.
    pub reviewers: Option<Vec<PersonId>>,
}

/// Reviewers who have not decided yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemindedReviewers {
    /// The article.
    pub article: ArticleId,
    /// Those who were reminded.
    pub reviewers: Vec<PersonId>,
}

/// Approvers who can no longer decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingReviewers {
    /// The article.
    pub article: ArticleId,
    /// The title of the first stage that needs them.
    pub stage: String,
    /// Who they are.
    pub missing: Vec<PersonId>,
    /// Who requested the review.
    pub requested_by: PersonId,
}

/// A substitute for an approver who can no longer decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedSubstitute {
    /// The article.
    pub article: ArticleId,
    /// The title of the stage.
    pub stage: String,
    /// Who can no longer decide.
    pub missing: PersonId,
    /// Who decides instead.
    pub substitute: PersonId,
}

/// A review that has all its approvals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovedReview {
    /// The article.
    pub article: ArticleId,
    /// The hash of the approved content.
    pub revision_hash: Hash,
    /// Those whose approvals count.
    pub approved_by: Vec<PersonId>,
    /// When the version becomes effective, if that is later.
    #[serde(default)]
    pub effective_at: Option<Timestamp>,
}

/// The state of a review before it was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewStatus {
    /// The state.
    pub state: ReviewState,
}

/// A review that was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedReview {
    /// The article.
    pub article: ArticleId,
    /// The state.
    pub state: ReviewState,
}

/// A review that was withdrawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawnReview {
    /// The article.
    pub article: ArticleId,
    /// The state.
    pub state: ReviewState,
    /// The review that replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<ReviewId>,
}

/// A version that became effective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectiveVersionFacts {
    /// The n of n.0.
    pub version: u32,
    /// The revision.
    pub revision: RevisionId,
    /// The hash of its content.
    pub hash: Hash,
    /// The review that approved it.
    pub review: ReviewId,
    /// Those whose approvals count.
    pub approved_by: Vec<PersonId>,
    /// Whether people must read it again.
    pub kind: ChangeKind,
}

/// A version that another one replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupersededVersion {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its content.
    pub hash: Hash,
}

/// The current version of an article and where the article stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionStatus {
    /// Where the article stands.
    pub standing: Standing,
    /// The n of n.0.
    pub version: Option<u32>,
    /// The hash of its content.
    pub hash: Option<Hash>,
    /// The review date.
    pub review_due: Option<Timestamp>,
}

/// A review date that is near.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpcomingReviewDate {
    /// The n of n.0.
    pub version: u32,
    /// Number of days until then.
    pub days: u32,
    /// The date.
    pub review_due: Timestamp,
    /// The owner of the article.
    pub owner: PersonId,
}

/// Where an article stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandingBefore {
    /// Where it stood.
    pub standing: Standing,
}

/// A review date that has passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassedReviewDate {
    /// The n of n.0.
    pub version: u32,
    /// Where the article stands.
    pub standing: Standing,
    /// The date.
    pub review_due: Timestamp,
    /// The owner of the article.
    pub owner: PersonId,
}

/// The version that is effective while an article is being retired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetiredVersion {
    /// The n of n.0.
    pub version: u32,
}

/// Returns an event about a review, to be recorded.
pub(super) fn review_event(
    actor: impl Into<Actor>,
    what: ReviewEvent,
    review: &Review,
) -> AuditEvent {
    AuditEvent::new(actor, what, Subject::review(review.id)).in_module(review.module)
}
