//! What people say about a draft beside its text, and what they are told: threads of comments on a passage, and an
//! inbox for each person.
//!
//! Comments are no part of the document: they are neither frozen into a revision nor seen by readers. Whoever
//! may write the draft may read and write them. Every deed stands in the journal.

mod error;
pub mod inbox;
mod thread;
mod threads;

pub use error::SocialError;
pub use inbox::Inbox;
pub use thread::{Anchor, Comment, Remark, Thread, ThreadState};
pub use threads::Threads;
