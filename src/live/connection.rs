//! One client's connection to a room: frames in, frames out, no socket in sight.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, Sleep, sleep_until};

use lectern_base::PersonId;

use super::awareness::{ConnectionId, Nameplate};
use super::command::{Command, ConnectionCommand, Membership, Said};
use super::draft::Incoming;
use super::error::Close;
use super::metrics::refused;
use super::outbox::{Next, Outbox, Outgoing};
use super::protocol::{ClientMessage, ServerMessage, read_state_vector};
use super::pulse::{self, Pulse};
use super::quota::Quotas;
use super::settings::LiveSettings;
use super::wire::{Malformed, Reader};

/// Bytes a connection may have waiting in its room, as a multiple of the largest frame.
const FRAMES_AHEAD: usize = 2;
/// Heartbeats without a sign of life after which a client is asked for one; a stock client gives
/// one every 15 s.
const SILENT: u32 = 2;
/// Heartbeats without a sign of life after which a client counts as gone.
const GONE: u32 = 5;
/// Permits count kibibytes.
const PERMIT: usize = 1024;
/// What the smallest message takes: a room that hears hundreds of one client lets the others wait.
const LEAST_SHARE: usize = 4;

/// A connection to a room. Dropping it leaves the room.
pub struct Connection {
    inlet: Inlet,
    outlet: Outlet,
}

impl Connection {
    pub(super) fn new(
        membership: Membership,
        nameplate: Nameplate,
        outbox: Arc<Outbox>,
        settings: &LiveSettings,
    ) -> Self {
        let (now, heartbeat) = (Instant::now(), settings.heartbeat());
        let pulse = Arc::new(Pulse::new());
        let outlet = Outlet {
            connection: membership.connection,
            room: membership.room.clone(),
            outbox: outbox.clone(),
            pulse: pulse.clone(),
            owed: None,
            heartbeat,
            quiet_since: now,
            alarm: Box::pin(sleep_until(pulse::next(now, heartbeat))),
        };
        let frame_limit = settings.frame_limit;
        let permits = frame_limit * FRAMES_AHEAD / PERMIT + LEAST_SHARE;
        let inlet = Inlet {
            membership,
            nameplate,
            outbox,
            pulse,
            permits: Arc::new(Semaphore::new(permits)),
            quotas: Quotas::new(),
            frame_limit,
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
    membership: Membership,
    nameplate: Nameplate,
    outbox: Arc<Outbox>,
    pulse: Arc<Pulse>,
    permits: Arc<Semaphore>,
    quotas: Quotas,
    frame_limit: usize,
}

impl Inlet {
    /// Whose way it is.
    pub fn person(&self) -> PersonId {
        self.nameplate.person
    }

    /// Takes one frame from the client. An error is the last word: close the socket with it.
    pub async fn receive(&mut self, frame: Bytes) -> Result<(), Close> {
        self.pulse.beat();
        if frame.len() > self.frame_limit {
            return Err(self.too_large());
        }
        let length = frame.len();
        match self.understand(&frame)? {
            Some(said) => self.say(said, length).await,
            None => Ok(()),
        }
    }

    /// Takes frames that came together, each behind its length (a lib0 varUint); none is a sign of
    /// life and nothing more.
    pub async fn receive_all(&mut self, frames: &Bytes) -> Result<(), Close> {
        self.pulse.beat();
        let mut reader = Reader::new(frames);
        while !reader.is_done() {
            let frame = reader.buffer().map_err(malformed)?;
            self.receive(frames.slice_ref(frame)).await?;
        }
        Ok(())
    }

    /// Notes that the client is still there: it answered a ping.
    pub fn hear_pong(&self) {
        self.pulse.beat();
    }

    /// Ends the connection: the client gets what waits for it, then this.
    pub fn close(&self, close: Close) {
        self.outbox.close(close);
    }

    /// What the client is told about a text frame.
    pub fn not_binary(&self) -> Close {
        refused("malformed");
        Close::not_binary()
    }

    /// What the client is told about a frame over the limit.
    pub fn too_large(&self) -> Close {
        refused("too_large");
        Close::too_large(self.frame_limit)
    }

    /// Deals with presence at once and leaves what concerns the document to the room.
    fn understand(&self, frame: &Bytes) -> Result<Option<Said>, Close> {
        let said = match ClientMessage::read(frame).map_err(malformed)? {
            ClientMessage::StepOne(vector) => {
                self.quotas.opening()?;
                Said::StepOne(read_state_vector(&vector).map_err(malformed)?)
            }
            ClientMessage::StepTwo(update) => {
                Said::StepTwo(Incoming::scan(update).map_err(malformed)?)
            }
            ClientMessage::Update(update) => {
                Said::Update(Incoming::scan(update).map_err(malformed)?)
            }
            ClientMessage::Barrier(label) => Said::Barrier(label),
            ClientMessage::Awareness(entries) => {
                self.quotas.presence()?;
                let Membership {
                    connection,
                    presence,
                    ..
                } = &self.membership;
                presence.receive(*connection, &self.nameplate, entries);
                return Ok(None);
            }
            ClientMessage::QueryAwareness => {
                self.quotas.presence()?;
                self.membership.presence.answer(&self.outbox);
                return Ok(None);
            }
            ClientMessage::News => {
                self.quotas.presence()?;
                let connection = self.membership.connection;
                self.membership.presence.tell_news_to(connection);
                return Ok(None);
            }
        };
        Ok(Some(said))
    }

    async fn say(&self, said: Said, length: usize) -> Result<(), Close> {
        let share = u32::try_from(length / PERMIT + LEAST_SHARE).unwrap_or(u32::MAX);
        let permit = self.permits.clone().acquire_many_owned(share).await;
        let permit = permit.map_err(|_| Close::going_away())?;
        let command = ConnectionCommand::Say {
            message: Box::new(said),
            _permit: permit,
        };
        let command = Command::Connection(self.membership.connection, command);
        let sent = self.membership.room.send(command);
        sent.map_err(|_| Close::not_saved())
    }
}

/// The way out of a room.
pub struct Outlet {
    connection: ConnectionId,
    room: UnboundedSender<Command>,
    outbox: Arc<Outbox>,
    pulse: Arc<Pulse>,
    /// Goes out next.
    owed: Option<Outgoing>,
    heartbeat: Duration,
    quiet_since: Instant,
    /// Rings a heartbeat after something was sent, or earlier: to set it anew for every frame
    /// would cost more than to look at the time when it rings.
    alarm: Pin<Box<Sleep>>,
}

impl Outlet {
    /// Waits for what the client is to be sent; `None` once the connection has ended.
    ///
    /// A quiet room sends an empty awareness message now and then: the stock client gives up a
    /// connection on which no message comes, and does not count pings.
    pub async fn next(&mut self) -> Option<Outgoing> {
        if let Some(owed) = self.owed.take() {
            return Some(owed);
        }
        let next = loop {
            let next = tokio::select! {
                biased;
                next = self.outbox.next() => next,
                () = &mut self.alarm => match self.ring() {
                    Some(heartbeat) => break Some(heartbeat),
                    None => continue,
                },
            };
            match next {
                Next::Out(outgoing) => break Some(outgoing),
                Next::Behind => self.ask_for_the_rest(),
                Next::Ended => break None,
            }
        };
        self.quiet_since = Instant::now();
        next
    }

    /// A sign of life if nothing was sent for long enough, and a ping if nothing was heard; sets
    /// the alarm anew. Who answers no ping either has gone without a word.
    fn ring(&mut self) -> Option<Outgoing> {
        let (now, silence) = (Instant::now(), self.pulse.silence());
        let due = self.quiet_since + self.heartbeat;
        let since = if now < due { self.quiet_since } else { now };
        self.alarm
            .as_mut()
            .reset(pulse::next(since, self.heartbeat));
        if silence >= self.heartbeat * GONE {
            refused("silent");
            self.outbox.close(Close::silent());
            return None;
        }
        let ping = (silence >= self.heartbeat * SILENT).then_some(Outgoing::Ping);
        if now < due {
            return ping;
        }
        self.owed = ping;
        Some(Outgoing::Frame(ServerMessage::Awareness(&[]).frame()))
    }

    /// What the client is to be sent besides, if it waits already: it can leave in one packet.
    pub fn ready(&mut self) -> Option<Outgoing> {
        if let Some(owed) = self.owed.take() {
            return Some(owed);
        }
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
        let _ = self.room.send(Command::Connection(
            self.connection,
            ConnectionCommand::CatchUp,
        ));
    }
}

fn malformed(why: Malformed) -> Close {
    refused("malformed");
    Close::malformed(why)
}
