//! Revisions: immutable snapshots of a draft, with history, diff and restore.
//!
//! A revision freezes the text and its contributors; its hash is what reviewers approve. This crate
//! knows nothing about approval.

mod compare;
mod content;
mod diff;
mod diff_cache;
mod error;
mod event;
mod record;
mod restore;
mod revisions;

pub use content::{Content, draft_completeness};
pub use diff::{Change, ChangeKind, DiffSummary, SectionDiff, diff, words};
pub use error::RevisionError;
pub use event::{RevisionEvent, RevisionEventName, SavedRevision};
pub use record::{Reason, Revision, all, hash_of};
pub use revisions::{PendingRevision, RevisionRequest, Revisions};
