//! What rooms report to the rest of the server.

use lectern_base::{ArticleId, PersonId};

/// What the rooms have to tell the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// The last writer has left, and some time has passed.
    SessionEnded {
        /// The article.
        article: ArticleId,
        /// Everybody whose edits came in during the session.
        contributors: Vec<PersonId>,
        /// The position of the edit log at its end.
        position: u64,
    },
    /// A part of a draft could not be read; the draft is open without it.
    SetAside {
        /// The article.
        article: ArticleId,
        /// What could not be read.
        what: Vec<String>,
    },
    /// Somebody tried to change a draft in a way they may not.
    Refused {
        /// The article.
        article: ArticleId,
        /// Who tried.
        person: PersonId,
        /// What was wrong, as they were told.
        why: String,
    },
}
