//! What a room is asked to do. One queue brings everything, so that order is kept.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use yrs::Doc;

use lectern_base::PersonId;

use super::authors::Authors;
use super::awareness::{ConnectionId, Nameplate};
use super::connection::Inlet;
use super::draft::{Incoming, Rights};
use super::error::{Close, LiveError};
use super::outbox::Outbox;

/// Somebody who wants to take part in the live editing of an article.
#[derive(Debug, Clone)]
pub struct Participant {
    /// The person.
    pub person: PersonId,
    /// Their name, as the others see it.
    pub name: String,
    /// The colour of their caret: six hex digits with `#` before them.
    pub color: String,
    /// Whether they change the draft, suggest changes, or watch.
    pub rights: Rights,
    /// Whether their page knows only an older document schema: they watch, and are told to reload
    /// when they write, because such a page deletes what it does not know.
    pub outdated: bool,
}

impl Participant {
    pub(super) fn nameplate(&self) -> Nameplate {
        Nameplate {
            person: self.person,
            name: self.name.clone(),
            color: self.color.clone(),
        }
    }
}

/// The part of the protocol that concerns the document.
#[derive(Debug)]
pub enum Said {
    /// What the client has.
    StepOne(Vec<(u64, u32)>),
    /// What the server lacks.
    StepTwo(Incoming),
    /// A change.
    Update(Incoming),
    /// A question whether all before it is on disk.
    Barrier(Bytes),
}

/// Why a room did not do what it was asked.
#[derive(Debug)]
pub enum Turned {
    /// The room has just been closed for lack of company; ask again and a new one opens.
    Away,
    /// It cannot be done.
    Down(LiveError),
}

/// The answer of a room.
pub type Answer<T> = oneshot::Sender<Result<T, Turned>>;

/// What may be seen of a draft from outside its room; all of it is on disk.
pub struct View<'a> {
    /// The document.
    pub doc: &'a Doc,
    /// The position of the last edit in the log.
    pub position: u64,
    /// Whose each client id is, and when everybody last edited.
    pub authors: &'a Authors,
    /// Everybody who has a connection.
    pub present: Vec<PersonId>,
}

/// A question about a draft that the room answers between two turns.
pub type Look = Box<dyn FnOnce(Result<&View<'_>, Turned>) + Send>;

/// A request to a room.
///
/// Small, as each open room keeps space for a few dozen: what is large or rare is boxed.
pub enum Command {
    /// Let somebody in.
    Join {
        /// The new connection.
        connection: ConnectionId,
        /// Who it is.
        participant: Box<Participant>,
        /// Where what is sent to them waits.
        outbox: Arc<Outbox>,
        /// Gets the way in.
        answer: Answer<Inlet>,
    },
    /// Hear what a connection says.
    Say {
        /// Which connection.
        connection: ConnectionId,
        /// What it says.
        said: Box<Said>,
        /// Gives the connection the right to say more once this is dealt with.
        _permit: OwnedSemaphorePermit,
    },
    /// Send a connection that fell behind all it lacks: it has read what was on its way.
    CatchUp(ConnectionId),
    /// Let a connection go.
    Leave(ConnectionId),
    /// Take a change that the server made for somebody.
    Submit {
        /// For whom.
        person: PersonId,
        /// The change.
        incoming: Box<Incoming>,
        /// Told once it is on disk.
        answer: Answer<()>,
    },
    /// Answer a question.
    Look(Look),
    /// Close the connections of a person.
    ClosePerson(PersonId, Box<Close>),
    /// Change what a person may do.
    Refresh(PersonId, Rights),
    /// Tell those who asked that something beside the text has changed.
    News(&'static str),
    /// A compaction has ended: the whole state has this many bytes, or nothing changed.
    Compacted(Option<usize>),
    /// End the session and all connections.
    Stop(oneshot::Sender<()>),
}

impl Command {
    /// Answers a request that will not be dealt with.
    pub fn turn_away(self, why: Option<LiveError>) {
        let turned = || why.clone().map_or(Turned::Away, Turned::Down);
        match self {
            Self::Join { answer, .. } => drop(answer.send(Err(turned()))),
            Self::Submit { answer, .. } => drop(answer.send(Err(turned()))),
            Self::Look(look) => look(Err(turned())),
            Self::Say { .. }
            | Self::CatchUp(_)
            | Self::Leave(_)
            | Self::ClosePerson(..)
            | Self::Refresh(..)
            | Self::News(_)
            | Self::Compacted(_)
            | Self::Stop(_) => {}
        }
    }
}
