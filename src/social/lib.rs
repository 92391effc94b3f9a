//! Discussion of a draft: comment threads on passages, and an inbox of notices for each person.
//!
//! Comments are not part of the document: they are not frozen into revisions, and readers do not
//! see them. Whoever may edit the draft may read and write comments. Every change is recorded in
//! the journal.

mod error;
pub mod inbox;
mod thread;
mod threads;

pub use error::SocialError;
pub use inbox::Inbox;
pub use thread::{Anchor, Comment, NewComment, Thread, ThreadState};
pub use threads::Threads;
