//! The events of reading in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, Timestamp};
use lectern_journal::Unnumbered;

use super::audience::Audience;
use super::record::{Acknowledgement, AssignmentReason};

lectern_journal::events! {
    /// What happens to audiences, assignments and acknowledgements.
    pub enum ReadingEvent named ReadingEventName {
        /// The audience of a module, or of an article with its own, was changed.
        AudienceChanged = "reading.audience_changed" { old: Option<Audience>, new: Option<Audience> },
        /// People were asked to read the effective version.
        Assigned = "reading.assigned" { new: NewAssignments },
        /// People need not read it any more.
        Released = "reading.released" { new: ReleasedReaders },
        /// People were reminded.
        Reminded = "reading.reminded" { new: AwaitedReaders },
        /// People have not read it in time.
        Overdue = "reading.overdue" { new: AwaitedReaders },
        /// Somebody acknowledged a version.
        Acknowledged = "reading.acknowledged" { new: Unnumbered<Acknowledgement> },
    }
}

/// People who are to read a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitedReaders {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its content.
    pub hash: Hash,
    /// Its title.
    pub title: String,
    /// The last moment of the day by which they should have read it.
    pub due: Timestamp,
    /// The people.
    pub people: Vec<PersonId>,
}

/// People who are newly asked to read a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewAssignments {
    /// The people and the version.
    #[serde(flatten)]
    pub readers: AwaitedReaders,
    /// Why they are asked.
    pub reason: AssignmentReason,
    /// Who asked them, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigner: Option<PersonId>,
}

/// People who need not read a version any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleasedReaders {
    /// The n of n.0.
    pub version: u32,
    /// The people.
    pub people: Vec<PersonId>,
}
