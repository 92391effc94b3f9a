//! Read and acknowledge: who is asked to read a version, who has, and the record of it.
//!
//! An audience says who is asked. Asking follows the journal ([`Asking`]); what is asked is a
//! record of its own for each person and article, and so is each acknowledgement, which nothing
//! changes afterwards. A major version begins a line ([`line`]), and an acknowledgement counts for
//! its line alone. What somebody has opened is known to nobody else until they acknowledge.

mod asked;
mod assign;
mod audience;
mod error;
mod follower;
mod give;
mod line;
mod plan;
mod record;
mod roll;
mod settle;
mod sound;
mod timers;

pub use asked::{Reading, ToRead};
pub use audience::Audience;
pub use error::Unacknowledged;
pub use follower::Asking;
pub use give::{MEANING, Seen, statement};
pub(super) use record::put;
pub use record::{Acknowledgement, Assignment, Reason, all_acknowledgements};
pub use roll::{Progress, RollRow};
pub use sound::told_acknowledgement;
