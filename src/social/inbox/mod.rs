//! What people are told: notices, one inbox for each person.
//!
//! [`concerns`] says whom an entry of the journal concerns, and by what; [`words`] says it in a sentence; [`Inbox`] keeps the
//! newest [`MOST`] of each person and which of them were read. A notice holds identifiers and small facts and no words of
//! anybody: those are looked up when it is shown, as far as the person may see them by then. Who belongs to a review and who
//! may see what is for the floors above to know.

mod concern;
mod notice;
mod shelf;
#[cfg(test)]
mod tests;
mod words;

pub use concern::{Concern, Whom, concerns};
pub use notice::{Matter, Need, Notice, NoticeKind};
pub use shelf::{Inbox, Kept, MOST, Post, Which};
pub use words::{Names, words};
