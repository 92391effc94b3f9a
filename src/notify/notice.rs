//! The notice record.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Day, ModuleId, PersonId, ReviewId, ThreadId, Timestamp, Zone};
use lectern_identity::Grant;

/// What somebody is told.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotificationKind)]
pub enum NoticeKind {
    /// Their decision is requested.
    ReviewRequested,
    /// A changed text replaces the one they were asked to review.
    ReviewResubmitted,
    /// A review reached the stage at which they decide.
    StageReached,
    /// A review still needs their decision.
    ReviewReminded,
    /// Reviewers whose decision is needed can no longer decide on a text that they requested the
    /// review of, or own.
    ReviewersMissing,
    /// They were named to decide in the place of a reviewer who can no longer.
    SubstituteNamed,
    /// A text they contributed to was approved and will become effective later.
    ReviewApproved,
    /// A text they contributed to was rejected.
    ReviewRejected,
    /// The review of a text they contributed to was withdrawn.
    ReviewWithdrawn,
    /// The review of a text they contributed to was closed for lack of a decision.
    ReviewStale,
    /// The review of a text they contributed to ended because another version became effective.
    ReviewOutdated,
    /// A text they contributed to became effective.
    VersionEffective,
    /// A version was suspended.
    VersionSuspended,
    /// A suspended version was reinstated.
    VersionReinstated,
    /// An earlier version replaced a suspended one.
    VersionReissued,
    /// A version was confirmed to be still correct.
    VersionReaffirmed,
    /// The periodic review of a version is near.
    ReviewDateNear,
    /// The periodic review of a version is overdue.
    ReviewDatePassed,
    /// A version expired.
    VersionExpired,
    /// The first of two people signed the retirement of an article.
    RetirementSigned,
    /// An article was retired.
    ArticleRetired,
    /// A comment mentions them.
    Mentioned,
    /// Somebody replied in a thread that they take part in.
    ThreadReplied,
    /// A thread that they take part in was resolved.
    ThreadResolved,
    /// A thread that they take part in was reopened.
    ThreadReopened,
    /// An administrator made a link that sets their password.
    PasswordLinkMade,
    /// Another administrator confirmed the reviewer role that they gave themself.
    SelfGrantConfirmed,
    /// They signed soon after a link had set their password.
    SignedAfterReset,
    /// They were granted a role.
    RoleGranted,
    /// They became a member of a module, or were granted a role there.
    ModuleJoined,
    /// They are asked to read and acknowledge a version.
    ReadingAssigned,
    /// They have not acknowledged a version yet.
    ReadingReminded,
    /// They did not acknowledge a version in time.
    ReadingOverdue,
    /// Others did not acknowledge a version in time.
    ReadersOverdue,
    /// They received a delegation.
    DelegationGiven,
    /// A delegation they received ended.
    DelegationEnded,
    /// A delegation they gave ended.
    DelegationReturned,
}

/// The access a person needs to receive a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredAccess {
    /// None beyond signing in: it is about the person.
    Nothing,
    /// Reading in the module.
    Read,
    /// Editing drafts in the module.
    Write,
}

impl NoticeKind {
    /// Tells whether it is about delegation.
    pub fn is_delegation(self) -> bool {
        use NoticeKind::*;
        matches!(self, DelegationGiven | DelegationEnded | DelegationReturned)
    }

    /// Tells whether it asks for a decision, so that delegates are notified as well.
    pub fn asks_to_decide(self) -> bool {
        use NoticeKind::*;
        matches!(
            self,
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded | SubstituteNamed
        )
    }

    /// Returns the access to the module that a recipient needs.
    pub fn required_access(self) -> RequiredAccess {
        use NoticeKind::*;
        match self {
            RoleGranted | PasswordLinkMade | SignedAfterReset | SelfGrantConfirmed
            | DelegationGiven | DelegationEnded | DelegationReturned => RequiredAccess::Nothing,
            VersionEffective | VersionSuspended | VersionReinstated | VersionReissued
            | VersionReaffirmed | ReviewDateNear | ReviewDatePassed | VersionExpired
            | ArticleRetired | ModuleJoined | ReadingAssigned | ReadingReminded
            | ReadingOverdue | ReadersOverdue => RequiredAccess::Read,
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
            | ReviewersMissing | SubstituteNamed | ReviewApproved | ReviewRejected
            | ReviewWithdrawn | ReviewStale | ReviewOutdated | RetirementSigned | Mentioned
            | ThreadReplied | ThreadResolved | ThreadReopened => RequiredAccess::Write,
        }
    }
}

/// The facts of a notice: ids and small values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDetails {
    /// What happened.
    pub kind: NoticeKind,
    /// The module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleId>,
    /// The article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleId>,
    /// The review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
    /// The thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// The version number; n for version n.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The people it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// How many people it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// When it starts, or takes effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The deadline, or when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The roles granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Grant>,
}

impl NoticeDetails {
    /// Creates details with only a kind.
    pub fn of(kind: NoticeKind) -> Self {
        Self {
            kind,
            module: None,
            article: None,
            review: None,
            thread: None,
            version: None,
            people: Vec::new(),
            count: None,
            from: None,
            until: None,
            roles: Vec::new(),
        }
    }

    /// Returns the day on which it starts, or takes effect.
    pub fn from_day(&self, zone: &Zone) -> Option<Day> {
        self.from.map(|start| zone.day_of(start))
    }

    /// Returns the day of the deadline, or the last day of a delegation.
    pub fn until_day(&self, zone: &Zone) -> Option<Day> {
        let until = self.until?;
        Some(match self.kind.is_delegation() {
            // It is over at this moment, which begins the next day.
            true => zone.last_day_before(until),
            false => zone.day_of(until),
        })
    }
}

/// A notice for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The sequence number of the journal entry it comes from; unique within an inbox.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it; `None` for the server.
    pub by: Option<PersonId>,
    /// The details.
    #[serde(flatten)]
    pub details: NoticeDetails,
}
