//! The audit trail: an append-only, hash-chained journal of every action.
//!
//! A command commits its records and its entries atomically with [`Journal::record`], so nothing
//! changes without an entry. Timestamps come only from the server's clock. Search, inboxes and
//! other [followers](Follower) process the journal from durable checkpoints of their own, with
//! at-least-once delivery. [Filters](EntryFilter) use indexes that are written with each entry. Each
//! crate declares its events with [`events!`], and followers read the same types. The crate knows
//! neither what an event means nor who may cause it.

mod actor;
mod audit_event;
mod build_index;
mod checkpoint;
mod entry;
mod entry_filter;
mod error;
mod event;
mod find;
mod follow;
mod index;
mod index_state;
#[cfg(test)]
mod index_tests;
mod postings;
mod raw_filter;
mod record;
mod signed_checkpoint;
#[cfg(test)]
mod tests;
mod verify;

pub use actor::Actor;
pub use audit_event::AuditEvent;
pub use checkpoint::Checkpoint;
pub use entry::Entry;
pub use entry_filter::EntryFilter;
pub use error::{BrokenChain, CheckpointError, JournalError};
pub use event::{Event, EventName, MalformedEvent, Unnumbered};
pub use find::FoundEntries;
pub use follow::{FollowError, Follower};
pub use index_state::rebuild_indexes;
pub use record::Journal;
pub use signed_checkpoint::{
    CheckpointEvent, CheckpointEventName, CheckpointKey, SignedCheckpoint, instance,
};
pub use verify::{ChainReport, verify, verify_with_progress};
