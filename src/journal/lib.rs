//! The one append-only, hash-chained record of every decision and deed, and those who follow it.
//!
//! A command writes its records and its entries in one commit, through [`Journal::record`];
//! nothing changes without an entry. Time comes from the server's clock alone. Search, inboxes
//! and feeds follow from their own durable checkpoint, at least once. Knows neither what the
//! deeds mean nor who may do them.

mod entry;
mod error;
mod follow;
mod record;
mod signed;
#[cfg(test)]
mod tests;
mod verify;
mod wanted;

pub use entry::{Actor, Deed, Entry};
pub use error::{Broken, JournalError, Unproven};
pub use follow::{FollowError, Follower};
pub use record::Journal;
pub use signed::{SignedCheckpoint, instance};
pub use verify::{Checkpoint, Report, verify};
pub use wanted::Wanted;
