//! Read and acknowledge: who is asked to read a version, who has, and the record of it.
//!
//! An [`Audience`] says who is asked. [`ReadingFollower`] follows the journal and keeps an
//! [`Assignment`] for each person and article; an [`Acknowledgement`] is a record that never
//! changes. A major version begins a new line of versions, and an acknowledgement counts for its
//! line only. When somebody opened a text stays private until they acknowledge it.
//!
//! This crate learns of new versions from the journal and through `lectern-review`, which knows
//! nothing of it.

mod acknowledge;
mod assign;
mod assignments;
mod audience;
mod entries;
mod error;
mod event;
mod evidence;
mod follower;
mod line;
mod lists;
mod plan;
mod readable;
mod reading;
mod readings;
mod reconcile;
mod record;
mod refusal;
mod set_audience;
mod status;
#[cfg(test)]
mod tests;
mod timers;
mod upgrade;

pub use acknowledge::{ReadVersion, statement};
pub use audience::Audience;
pub use error::ReadingError;
pub use event::{AwaitedReaders, NewAssignments, ReadingEvent, ReadingEventName, ReleasedReaders};
pub use evidence::recorded_acknowledgement;
pub use follower::ReadingFollower;
pub use lectern_review::READER_MEANING as MEANING;
pub use reading::{Reading, ReadingTask};
pub use readings::Readings;
pub use record::{Acknowledgement, Assignment, AssignmentReason, all_acknowledgements};
pub use refusal::ReadingRefusal;
pub use status::{Progress, ReadingCounts, ReadingStatus};
