//! Commands to a room. They all arrive through one queue, which keeps them in order.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use yrs::Doc;

use lectern_base::{Lease, PersonId};

use super::authors::Authors;
use super::awareness::{ConnectionId, UserInfo};
use super::draft::{Rights, ScannedUpdate};
use super::error::{Close, LiveError};
use super::outbox::Outbox;
use super::presence::Presence;

/// A person who joins the live editing of an article.
#[derive(Debug, Clone)]
pub struct Participant {
    /// The person.
    pub person: PersonId,
    /// Their name, as others see it.
    pub name: String,
    /// The colour of their caret: `#` and six hex digits.
    pub color: String,
    /// Whether they can change the draft, suggest changes, or only read.
    pub rights: Rights,
    /// Whether their page knows only an older document schema. Such a page would delete content it
    /// does not know, so it can read, and is asked to reload when it writes.
    pub outdated: bool,
    /// Ends with the session or token that the connection was opened with.
    pub lease: Lease,
}

impl Participant {
    pub(super) fn user_info(&self) -> UserInfo {
        UserInfo {
            person: self.person,
            name: self.name.clone(),
            color: self.color.clone(),
        }
    }
}

/// A message about the document.
#[derive(Debug)]
pub enum DocMessage {
    /// Sync step 1: the client's state vector.
    StepOne(Vec<(u64, u32)>),
    /// Sync step 2: what the server lacks.
    StepTwo(ScannedUpdate),
    /// A change.
    Update(ScannedUpdate),
    /// A request to confirm that everything before it is on disk.
    Barrier(Bytes),
}

/// Why a room did not carry out a command.
#[derive(Debug, Clone)]
pub enum RoomError {
    /// The room closed because it was idle. Retry: a new one will open.
    Closed,
    /// The command cannot be carried out.
    Failed(LiveError),
}

/// Sends the result of a command.
pub type Reply<T> = oneshot::Sender<Result<T, RoomError>>;

/// A connection's membership of a room. Dropping it leaves the room.
pub struct Membership {
    /// The connection.
    pub connection: ConnectionId,
    /// The room's queue.
    pub room: UnboundedSender<Command>,
    /// The presence of everyone in the room.
    pub presence: Arc<Presence>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.presence.leave(self.connection);
        let leave = Command::Connection(self.connection, ConnectionCommand::Leave);
        let _ = self.room.send(leave);
    }
}

/// A draft as seen from outside its room. Everything in it is on disk.
pub struct DraftView<'a> {
    /// The document.
    pub doc: &'a Doc,
    /// The position of the last edit in the edit log.
    pub position: u64,
    /// Who owns each client id, and the position of each person's last edit.
    pub authors: &'a Authors,
    /// Everyone with an open connection.
    pub present: Vec<PersonId>,
}

/// A query that the room runs against the draft between two turns.
pub type DraftQuery = Box<dyn FnOnce(Result<&DraftView<'_>, RoomError>) + Send>;

/// A command to a room, from one of its connections or from elsewhere in the server.
///
/// The queue of each open room reserves space for a few dozen, so large or rare parts are boxed.
pub enum Command {
    /// A command from a connection.
    Connection(ConnectionId, ConnectionCommand),
    /// A command that concerns the room as a whole.
    Room(RoomCommand),
}

const _: () = assert!(size_of::<Command>() <= 40);

/// What a connection asks of its room.
pub enum ConnectionCommand {
    /// Add the connection to the room.
    Join {
        /// Who joins.
        participant: Box<Participant>,
        /// The queue of messages to the participant.
        outbox: Arc<Outbox>,
        /// Receives the membership.
        reply: Reply<Membership>,
    },
    /// Handle a message about the document.
    Say {
        /// The message.
        message: Box<DocMessage>,
        /// Released once the message has been handled, so that the connection can send more.
        _permit: OwnedSemaphorePermit,
    },
    /// Send the client everything it missed. It has read what was queued before it fell behind.
    CatchUp,
    /// Remove the connection from the room.
    Leave,
}

impl ConnectionCommand {
    /// Returns whether this is an update. Consecutive updates are applied together.
    pub fn is_update(&self) -> bool {
        matches!(self, Self::Say { message, .. } if matches!(**message, DocMessage::Update(_)))
    }
}

/// An edit that the server makes on behalf of a person.
#[derive(Debug, Clone)]
pub struct ServerEdit {
    /// The person.
    pub person: PersonId,
    /// The change.
    pub incoming: ScannedUpdate,
}

/// What the rest of the server asks of a room.
pub enum RoomCommand {
    /// Apply an edit that the server made on behalf of a person.
    Submit {
        /// The edit.
        edit: Box<ServerEdit>,
        /// Sent once the edit is on disk.
        reply: Reply<()>,
    },
    /// Run a query against the draft.
    Query(DraftQuery),
    /// Close every connection of a person.
    ClosePerson(PersonId, Box<Close>),
    /// Change what a person may do.
    SetRights(PersonId, Rights),
    /// Notify subscribed connections that something other than the text has changed.
    News(&'static str),
    /// A compaction has ended. Carries the size of the full state in bytes, or `None` if it failed.
    Compacted(Option<usize>),
    /// End the session and close all connections.
    Shutdown(oneshot::Sender<()>),
}

impl Command {
    /// Answers a command that will not be carried out.
    pub fn reject(self, error: RoomError) {
        match self {
            Self::Connection(_, ConnectionCommand::Join { reply, .. }) => {
                drop(reply.send(Err(error)));
            }
            Self::Room(RoomCommand::Submit { reply, .. }) => drop(reply.send(Err(error))),
            Self::Room(RoomCommand::Query(query)) => query(Err(error)),
            Self::Connection(..) | Self::Room(_) => {}
        }
    }
}
