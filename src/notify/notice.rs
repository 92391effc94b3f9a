//! The notice record.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, ThreadId, Timestamp};
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
    /// Their decision is asked for.
    ReviewRequested,
    /// A changed text takes the place of the one they were asked about.
    ReviewResubmitted,
    /// A review has come to the stage at which they decide.
    StageReached,
    /// A review still waits for them.
    ReviewReminded,
    /// What they wrote is approved and becomes effective later.
    ReviewApproved,
    /// What they wrote was rejected.
    ReviewRejected,
    /// The review of what they wrote was taken back.
    ReviewWithdrawn,
    /// The review of what they wrote was closed because nobody decided.
    ReviewStale,
    /// The review of what they wrote ended because another version became effective.
    ReviewOutdated,
    /// What they wrote is what readers get.
    VersionEffective,
    /// A version is no longer to be read.
    VersionSuspended,
    /// A suspended version is read again.
    VersionReinstated,
    /// An earlier version took the place of a suspended one.
    VersionReissued,
    /// A version was found to be right still.
    VersionReaffirmed,
    /// A version is soon to be looked at again.
    ReviewDateNear,
    /// A version should have been looked at again.
    ReviewDatePassed,
    /// A version is no longer valid.
    VersionExpired,
    /// The first of two people signed that an article is given up.
    RetirementSigned,
    /// An article was given up.
    ArticleRetired,
    /// A comment speaks to them.
    Mentioned,
    /// Somebody answered in a thread that they take part in.
    ThreadReplied,
    /// A thread that they take part in was resolved.
    ThreadResolved,
    /// A thread that they take part in was opened again.
    ThreadReopened,
    /// They hold another role.
    RoleGranted,
    /// They became a member of a module, or hold another role there.
    ModuleJoined,
    /// They are to read a version and to say that they have.
    ReadingAssigned,
    /// They have not said yet that they read a version.
    ReadingReminded,
    /// They have not said in time that they read a version.
    ReadingOverdue,
    /// Others have not said in time that they read a version.
    ReadersOverdue,
    /// They decide in somebody's place.
    DelegationGiven,
    /// They no longer decide in somebody's place.
    DelegationEnded,
    /// Somebody no longer decides in theirs.
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
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
        )
    }

    /// Returns the access to the module that a recipient needs.
    pub fn required_access(self) -> RequiredAccess {
        use NoticeKind::*;
        match self {
            RoleGranted | DelegationGiven | DelegationEnded | DelegationReturned => {
                RequiredAccess::Nothing
            }
            VersionEffective | VersionSuspended | VersionReinstated | VersionReissued
            | VersionReaffirmed | ReviewDateNear | ReviewDatePassed | VersionExpired
            | ArticleRetired | ModuleJoined | ReadingAssigned | ReadingReminded
            | ReadingOverdue | ReadersOverdue => RequiredAccess::Read,
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
            | ReviewApproved | ReviewRejected | ReviewWithdrawn | ReviewStale | ReviewOutdated
            | RetirementSigned | Mentioned | ThreadReplied | ThreadResolved | ThreadReopened => {
                RequiredAccess::Write
            }
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
            count: None,
            from: None,
            until: None,
            roles: Vec::new(),
        }
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
