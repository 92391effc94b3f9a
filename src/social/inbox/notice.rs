//! A notice as it is kept.

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

/// What somebody must be allowed to, to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To sign in: it is about themselves.
    Nothing,
    /// To read in the module.
    Read,
    /// To take part in drafts of the module.
    Write,
}

impl NoticeKind {
    /// Tells whether it is about standing in for somebody.
    pub fn is_delegation(self) -> bool {
        use NoticeKind::*;
        matches!(self, DelegationGiven | DelegationEnded | DelegationReturned)
    }

    /// Tells whether it asks them to decide, so that whoever stands in for them is told as well.
    pub fn asks_to_decide(self) -> bool {
        use NoticeKind::*;
        matches!(
            self,
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
        )
    }

    /// Returns what somebody must be allowed to in its module, to be told.
    pub fn need(self) -> Need {
        use NoticeKind::*;
        match self {
            RoleGranted | DelegationGiven | DelegationEnded | DelegationReturned => Need::Nothing,
            VersionEffective | VersionSuspended | VersionReinstated | VersionReissued
            | VersionReaffirmed | ReviewDateNear | ReviewDatePassed | VersionExpired
            | ArticleRetired | ModuleJoined | ReadingAssigned | ReadingReminded
            | ReadingOverdue | ReadersOverdue => Need::Read,
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
            | ReviewApproved | ReviewRejected | ReviewWithdrawn | ReviewStale | ReviewOutdated
            | RetirementSigned | Mentioned | ThreadReplied | ThreadResolved | ThreadReopened => {
                Need::Write
            }
        }
    }
}

/// What a notice tells: identifiers and small facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// What happened.
    pub kind: NoticeKind,
    /// In which module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleId>,
    /// To which article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleId>,
    /// To which review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
    /// In which thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// The n of version n.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// How many people it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Since when it holds, or will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when something is to be done, or holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The roles that were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Grant>,
}

impl Matter {
    /// Begins one that tells nothing yet but what happened.
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

/// Something that one person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The number of the journal's entry that it comes from; it names the notice among those of the person.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it; nobody when the server did by itself.
    pub by: Option<PersonId>,
    /// What it tells.
    #[serde(flatten)]
    pub matter: Matter,
}
