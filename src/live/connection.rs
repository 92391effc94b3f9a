//! One client's connection to a room: frames in, frames out, no socket in sight.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout_at};

use super::awareness::{ConnectionId, Nameplate};
use super::command::{Command, Said};
use super::draft::Incoming;
use super::error::Close;
use super::outbox::{Next, Outbox, Outgoing};
use super::presence::Presence;
use super::protocol::{ClientMessage, ServerMessage, read_state_vector};
use super::scan::Scan;
use super::settings::LiveSettings;
use super::wire::Malformed;

/// Bytes a connection may have waiting in its room, as a multiple of the largest frame.
const FRAMES_AHEAD: usize = 2;
/// Permits count kibibytes.
const PERMIT: usize = 1024;

/// A connection to a room. Dropping it leaves the room.
pub struct Connection {
    inlet: Inlet,
    outlet: Outlet,
}

impl Connection {
    pub(super) fn new(inlet: Inlet, settings: LiveSettings) -> Self {
        let outlet = Outlet {
            connection: inlet.connection,
            room: inlet.room.clone(),
            outbox: inlet.outbox.clone(),
            settings,
            quiet_since: Instant::now(),
        };
        Self { inlet, outlet }
    }

    /// Takes one frame from the client. An error is the last word: close the socket with it.
    pub async fn receive(&mut self, frame: Bytes) -> Result<(), Close> {
        self.inlet.receive(frame).await
    }

    /// Waits for what the client is to be sent; `None` once the connection has ended.
    pub async fn next(&mut self) -> Option<Outgoing> {
        self.outlet.next().await
    }

    /// Parts the two directions, so that each can wait for itself.
    pub fn split(self) -> (Inlet, Outlet) {
        (self.inlet, self.outlet)
    }
}

/// The way into a room. Dropping it leaves the room.
pub struct Inlet {
    connection: ConnectionId,
    nameplate: Nameplate,
    room: UnboundedSender<Command>,
    presence: Arc<Presence>,
    outbox: Arc<Outbox>,
    permits: Arc<Semaphore>,
    frame_limit: usize,
}

impl Inlet {
    pub(super) fn new(
        connection: ConnectionId,
        nameplate: Nameplate,
        room: UnboundedSender<Command>,
        presence: Arc<Presence>,
        outbox: Arc<Outbox>,
        settings: &LiveSettings,
    ) -> Self {
        let frame_limit = settings.frame_limit;
        let permits = Arc::new(Semaphore::new(frame_limit * FRAMES_AHEAD / PERMIT + 1));
        Self {
            connection,
            nameplate,
            room,
            presence,
            outbox,
            permits,
            frame_limit,
        }
    }

    /// Takes one frame from the client. An error is the last word: close the socket with it.
    pub async fn receive(&mut self, frame: Bytes) -> Result<(), Close> {
        if frame.len() > self.frame_limit {
            return Err(self.too_large());
        }
        let length = frame.len();
        match self.understand(&frame) {
            Ok(Some(said)) => self.say(said, length).await,
            Ok(None) => Ok(()),
            Err(why) => {
                refused("malformed");
                Err(Close::malformed(why))
            }
        }
    }

    /// What the client is told about a frame over the limit.
    pub fn too_large(&self) -> Close {
        refused("too_large");
        Close::too_large(self.frame_limit)
    }

    /// Deals with presence at once and leaves what concerns the document to the room.
    fn understand(&self, frame: &Bytes) -> Result<Option<Said>, Malformed> {
        let said = match ClientMessage::read(frame)? {
            ClientMessage::StepOne(vector) => Said::StepOne(read_state_vector(&vector)?),
            ClientMessage::StepTwo(update) => Said::StepTwo(incoming(update)?),
            ClientMessage::Update(update) => Said::Update(incoming(update)?),
            ClientMessage::Barrier(label) => Said::Barrier(label),
            ClientMessage::Awareness(entries) => {
                self.presence
                    .receive(self.connection, &self.nameplate, entries);
                return Ok(None);
            }
            ClientMessage::QueryAwareness => {
                self.presence.answer(&self.outbox);
                return Ok(None);
            }
        };
        Ok(Some(said))
    }

    async fn say(&self, said: Said, length: usize) -> Result<(), Close> {
        let share = u32::try_from(length / PERMIT + 1).unwrap_or(u32::MAX);
        let permit = self.permits.clone().acquire_many_owned(share).await;
        let permit = permit.map_err(|_| Close::going_away())?;
        let command = Command::Say {
            connection: self.connection,
            said,
            _permit: permit,
        };
        self.room.send(command).map_err(|_| Close::not_saved())
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.presence.leave(self.connection);
        let _ = self.room.send(Command::Leave(self.connection));
    }
}

/// The way out of a room.
pub struct Outlet {
    connection: ConnectionId,
    room: UnboundedSender<Command>,
    outbox: Arc<Outbox>,
    settings: LiveSettings,
    quiet_since: Instant,
}

impl Outlet {
    /// Waits for what the client is to be sent; `None` once the connection has ended.
    ///
    /// A quiet room sends an empty awareness message now and then: the stock client gives up a
    /// connection on which no message comes, and does not count pings.
    pub async fn next(&mut self) -> Option<Outgoing> {
        let heartbeat = self.quiet_since + self.settings.heartbeat();
        let next = loop {
            match timeout_at(heartbeat, self.outbox.next()).await {
                Ok(Next::Out(outgoing)) => break Some(outgoing),
                Ok(Next::Behind) => self.ask_for_the_rest(),
                Ok(Next::Ended) => break None,
                Err(_) => break Some(Outgoing::Frame(ServerMessage::Awareness(&[]).frame())),
            }
        };
        self.quiet_since = Instant::now();
        next
    }

    /// What the client is to be sent besides, if it waits already: it can leave in one packet.
    pub fn ready(&mut self) -> Option<Outgoing> {
        match self.outbox.ready()? {
            Next::Out(outgoing) => Some(outgoing),
            Next::Behind => {
                self.ask_for_the_rest();
                None
            }
            Next::Ended => None,
        }
    }

    /// A room that has closed meanwhile has closed the queue as well.
    fn ask_for_the_rest(&self) {
        let _ = self.room.send(Command::CatchUp(self.connection));
    }
}

pub(super) fn incoming(update: Bytes) -> Result<Incoming, Malformed> {
    Ok(Incoming {
        scan: Scan::of(&update)?,
        update,
    })
}

/// Counts a refusal.
pub(super) fn refused(reason: &'static str) {
    metrics::counter!("lectern_live_refused_total", "reason" => reason).increment(1);
}
