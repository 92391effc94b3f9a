//! Revisions: immutable snapshots of a draft, their history, differences, and restore.
//!
//! A revision freezes what the draft says and who wrote it; its hash is what reviewers approve.
//! This room knows nothing of decisions.

mod compare;
mod content;
mod diff;
mod error;
mod extents;
mod record;
mod restore;
mod revisions;

pub use content::{Content, how_complete};
pub use diff::{Change, ChangeKind, Extent, SectionDiff, diff, words};
pub use error::RevisionError;
pub use record::{Reason, Revision, all, hash_of};
pub use revisions::{Occasion, Prepared, Revisions};
