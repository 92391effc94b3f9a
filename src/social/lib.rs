//! Comments: threads on passages of a draft.
//!
//! Comments are not part of the document: revisions do not include them, and readers never see
//! them. Everybody who may write or suggest in a draft may read and write its comments. Every
//! change is recorded in the journal.

mod error;
mod event;
mod thread;
mod threads;

pub use error::SocialError;
pub use event::{CommentText, OpenedThread, SocialEvent, SocialEventName, ThreadStatus};
pub use thread::{Anchor, Comment, NewComment, Thread, ThreadState};
pub use threads::Threads;
