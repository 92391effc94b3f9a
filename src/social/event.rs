//! The events of comments in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, PersonId};

use super::thread::ThreadState;

lectern_journal::events! {
    /// What happens to threads and comments.
    pub enum SocialEvent named SocialEventName {
        /// A passage was commented on.
        ThreadOpened = "thread.opened" { new: OpenedThread },
        /// A comment was answered.
        ThreadReplied = "thread.replied" { new: CommentText },
        /// A thread was resolved.
        ThreadResolved = "thread.resolved" { old: ThreadStatus, new: ThreadStatus },
        /// A thread was reopened.
        ThreadReopened = "thread.reopened" { old: ThreadStatus, new: ThreadStatus },
        /// A comment was corrected by its author.
        CommentEdited = "comment.edited" { old: CommentText, new: CommentText },
    }
}

/// A thread as it was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedThread {
    /// The article.
    pub article: ArticleId,
    /// The key of the section.
    pub section: String,
    /// The passage.
    pub quote: String,
    /// The first comment.
    pub text: String,
    /// The people it mentions.
    pub mentions: Vec<PersonId>,
}

/// What a comment says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommentText {
    /// The article.
    pub article: ArticleId,
    /// The text.
    pub text: String,
    /// The people it mentions.
    pub mentions: Vec<PersonId>,
}

/// The state of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadStatus {
    /// The article.
    pub article: ArticleId,
    /// The state.
    pub state: ThreadState,
}
