//! What a room is asked to do. One queue brings everything, so that order is kept.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use yrs::Doc;

use lectern_base::PersonId;

use super::authors::Authors;
use super::awareness::{ConnectionId, Nameplate};
use super::draft::{Incoming, Rights};
use super::error::{Close, LiveError};
use super::outbox::Outbox;
use super::presence::Presence;

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
#[derive(Debug, Clone)]
pub enum Turned {
    /// The room has just been closed for lack of company; ask again and a new one opens.
    Away,
    /// It cannot be done.
    Down(LiveError),
}

/// The answer of a room.
pub type Answer<T> = oneshot::Sender<Result<T, Turned>>;

/// The place of a connection in a room. Dropping it leaves the room.
pub struct Membership {
    /// The connection.
    pub connection: ConnectionId,
    /// The queue of the room.
    pub room: UnboundedSender<Command>,
    /// Who is present in the room.
    pub presence: Arc<Presence>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.presence.leave(self.connection);
        let leave = Command::Connection(self.connection, ConnectionCommand::Leave);
        let _ = self.room.send(leave);
    }
}

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

/// A request to a room: from one of its connections, or from elsewhere in the server.
///
/// Each open room keeps space for a few dozen, so large or rare parts are boxed.
pub enum Command {
    /// Something a connection asks for.
    Connection(ConnectionId, ConnectionCommand),
    /// Something that concerns the room as a whole.
    Room(RoomCommand),
}

const _: () = assert!(size_of::<Command>() <= 40);

/// What one connection asks of its room.
pub enum ConnectionCommand {
    /// Add the connection to the room.
    Join {
        /// Who joins.
        participant: Box<Participant>,
        /// The queue of messages to them.
        outbox: Arc<Outbox>,
        /// Receives the membership.
        answer: Answer<Membership>,
    },
    /// Handle a message about the document.
    Say {
        /// The message.
        message: Box<Said>,
        /// Returned to the connection once the message has been handled, so that it can send more.
        _permit: OwnedSemaphorePermit,
    },
    /// Send everything the connection missed: it has read what was queued before it fell behind.
    CatchUp,
    /// Remove the connection from the room.
    Leave,
}

impl ConnectionCommand {
    /// Whether this is an update, which can be applied together with the one before it.
    pub fn is_update(&self) -> bool {
        matches!(self, Self::Say { message, .. } if matches!(**message, Said::Update(_)))
    }
}

/// An edit that the server makes on behalf of a person.
#[derive(Debug, Clone)]
pub struct ServerEdit {
    /// The person.
    pub person: PersonId,
    /// What they change.
    pub incoming: Incoming,
}

/// What the rest of the server asks of a room.
pub enum RoomCommand {
    /// Apply an edit that the server made on behalf of a person.
    Submit {
        /// The edit.
        edit: Box<ServerEdit>,
        /// Answered once the edit is on disk.
        answer: Answer<()>,
    },
    /// Run a query against the draft.
    Look(Look),
    /// Close every connection of a person.
    ClosePerson(PersonId, Box<Close>),
    /// Change what a person may do.
    Refresh(PersonId, Rights),
    /// Notify the subscribed connections that something other than the text has changed.
    News(&'static str),
    /// A compaction has ended: the size of the full state in bytes, or `None` if it failed.
    Compacted(Option<usize>),
    /// End the session and close all connections.
    Stop(oneshot::Sender<()>),
}

impl Command {
    /// Answers a command that will not be handled.
    pub fn turn_away(self, why: Turned) {
        match self {
            Self::Connection(_, ConnectionCommand::Join { answer, .. }) => {
                drop(answer.send(Err(why)));
            }
            Self::Room(RoomCommand::Submit { answer, .. }) => drop(answer.send(Err(why))),
            Self::Room(RoomCommand::Look(look)) => look(Err(why)),
            Self::Connection(..) | Self::Room(_) => {}
        }
    }
}
