//! What rooms report to the rest of the server.

use lectern_base::{ArticleId, PersonId};

/// An event in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// The session has ended: its last writer left and did not come back in time.
    SessionEnded {
        /// The article.
        article: ArticleId,
        /// Everyone whose edits came in during the session.
        contributors: Vec<PersonId>,
        /// The position of the edit log at the end.
        position: u64,
    },
    /// Part of a draft could not be read. The draft is open without it.
    Quarantined {
        /// The article.
        article: ArticleId,
        /// The parts that could not be read.
        what: Vec<String>,
    },
    /// A person tried to change a draft in a way they may not.
    Refused {
        /// The article.
        article: ArticleId,
        /// The person.
        person: PersonId,
        /// The reason they were given.
        why: String,
    },
}
