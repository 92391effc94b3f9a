//! A client's connection to a room: frames in, frames out, no socket.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, Sleep, sleep_until};

use lectern_base::{Lease, PersonId};

use super::awareness::{ConnectionId, UserInfo};
use super::command::{Command, ConnectionCommand, DocMessage, Membership};
use super::draft::ScannedUpdate;
use super::error::Close;
use super::lib0::{Malformed, Reader};
use super::liveness::{Liveness, next_check};
use super::metrics::count_refusal;
use super::outbox::{Outbox, OutboxItem, Outgoing};
use super::protocol::{ClientMessage, ServerMessage, read_state_vector};
use super::rate_limits::MessageQuotas;
use super::settings::LiveSettings;

/// How many bytes of a connection may wait in the room, in multiples of the largest frame.
const FRAMES_IN_FLIGHT: usize = 2;
/// A client that has been silent for this many heartbeats is pinged. A stock client sends awareness
/// every 15 s.
const PING_AFTER: u32 = 2;
/// A client that has been silent for this many heartbeats is gone.
const CLOSE_AFTER: u32 = 5;
/// One permit represents one kibibyte.
const BYTES_PER_PERMIT: usize = 1024;
/// The permits that even the smallest message takes. A room that handles hundreds of messages from
/// one client keeps the others waiting.
const MIN_PERMITS: usize = 4;

/// A connection to a room. Dropping it leaves the room.
pub struct Connection {
    inbound: Inbound,
    outbound: Outbound,
}

impl Connection {
    pub(super) fn new(
        membership: Membership,
        user: UserInfo,
        lease: Lease,
        outbox: Arc<Outbox>,
        settings: &LiveSettings,
    ) -> Self {
        let (now, heartbeat) = (Instant::now(), settings.heartbeat());
        let liveness = Arc::new(Liveness::new());
        let outbound = Outbound {
            connection: membership.connection,
            room: membership.room.clone(),
            outbox: outbox.clone(),
            liveness: liveness.clone(),
            pending: None,
            heartbeat,
            last_sent: now,
            heartbeat_timer: Box::pin(sleep_until(next_check(now, heartbeat))),
        };
        let frame_limit = settings.frame_limit;
        let permits = frame_limit * FRAMES_IN_FLIGHT / BYTES_PER_PERMIT + MIN_PERMITS;
        let inbound = Inbound {
            membership,
            user,
            lease,
            outbox,
            liveness,
            permits: Arc::new(Semaphore::new(permits)),
            quotas: MessageQuotas::new(),
            frame_limit,
        };
        Self { inbound, outbound }
    }

    /// Handles one frame from the client. After an error, close the socket with it.
    pub async fn receive(&mut self, frame: Bytes) -> Result<(), Close> {
        self.inbound.receive(frame).await
    }

    /// Waits for the next message to the client. Returns `None` once the connection has ended.
    pub async fn next(&mut self) -> Option<Outgoing> {
        self.outbound.next().await
    }

    /// Splits the connection into its two directions, so that each can wait on its own.
    pub fn split(self) -> (Inbound, Outbound) {
        (self.inbound, self.outbound)
    }
}

/// The inbound half of a connection. Dropping it leaves the room.
pub struct Inbound {
    membership: Membership,
    user: UserInfo,
    lease: Lease,
    outbox: Arc<Outbox>,
    liveness: Arc<Liveness>,
    permits: Arc<Semaphore>,
    quotas: MessageQuotas,
    frame_limit: usize,
}

impl Inbound {
    /// Returns the person who is connected.
    pub fn person(&self) -> PersonId {
        self.user.person
    }

    /// Returns a future that is ready once the session or token of the connection has ended.
    pub fn signed_out(&self) -> impl Future<Output = ()> + Send + use<> {
        self.lease.ended()
    }

    /// Ends the connection because its session or token has ended. What is still queued is not
    /// sent.
    pub fn sign_out(&self) -> Close {
        self.outbox.discard(Close::signed_out());
        Close::signed_out()
    }

    /// Handles one frame from the client. After an error, close the socket with it.
    pub async fn receive(&mut self, frame: Bytes) -> Result<(), Close> {
        if self.lease.has_ended() {
            return Err(self.sign_out());
        }
        self.liveness.record_activity();
        if frame.len() > self.frame_limit {
            return Err(self.reject_oversized());
        }
        let length = frame.len();
        match self.handle_or_parse(&frame)? {
            Some(message) => {
                if matches!(message, DocMessage::Update(_)) {
                    self.lease.record_use();
                }
                self.forward(message, length).await
            }
            None => Ok(()),
        }
    }

    /// Handles several frames, each prefixed with its length (a lib0 varUint). An empty body only
    /// counts as a sign of life.
    pub async fn receive_all(&mut self, frames: &Bytes) -> Result<(), Close> {
        self.liveness.record_activity();
        let mut reader = Reader::new(frames);
        while !reader.is_done() {
            let frame = reader.var_buffer().map_err(malformed)?;
            self.receive(frames.slice_ref(frame)).await?;
        }
        Ok(())
    }

    /// Records that the client answered a ping.
    pub fn record_pong(&self) {
        self.liveness.record_activity();
    }

    /// Ends the connection with `close`, after everything that is already queued.
    pub fn close(&self, close: Close) {
        self.outbox.close(close);
    }

    /// Counts a text frame as refused and returns the close to send.
    pub fn reject_text(&self) -> Close {
        count_refusal("malformed");
        Close::not_binary()
    }

    /// Counts a frame over the limit as refused and returns the close to send.
    pub fn reject_oversized(&self) -> Close {
        count_refusal("too_large");
        Close::too_large(self.frame_limit)
    }

    /// Handles presence at once, and returns what the room has to handle.
    fn handle_or_parse(&self, frame: &Bytes) -> Result<Option<DocMessage>, Close> {
        let message = match ClientMessage::read(frame).map_err(malformed)? {
            ClientMessage::StepOne(vector) => {
                self.quotas.check_full_state()?;
                DocMessage::StepOne(read_state_vector(&vector).map_err(malformed)?)
            }
            ClientMessage::StepTwo(update) => {
                DocMessage::StepTwo(ScannedUpdate::new(update).map_err(malformed)?)
            }
            ClientMessage::Update(update) => {
                DocMessage::Update(ScannedUpdate::new(update).map_err(malformed)?)
            }
            ClientMessage::Barrier(label) => DocMessage::Barrier(label),
            ClientMessage::Awareness(entries) => {
                self.quotas.check_presence()?;
                let Membership {
                    connection,
                    presence,
                    ..
                } = &self.membership;
                presence.receive(*connection, &self.user, entries);
                return Ok(None);
            }
            ClientMessage::QueryAwareness => {
                self.quotas.check_presence()?;
                self.membership.presence.send_snapshot(&self.outbox);
                return Ok(None);
            }
            ClientMessage::News => {
                self.quotas.check_presence()?;
                let connection = self.membership.connection;
                self.membership.presence.subscribe_to_news(connection);
                return Ok(None);
            }
        };
        Ok(Some(message))
    }

    async fn forward(&self, message: DocMessage, length: usize) -> Result<(), Close> {
        let share = u32::try_from(length / BYTES_PER_PERMIT + MIN_PERMITS).unwrap_or(u32::MAX);
        let permit = self.permits.clone().acquire_many_owned(share).await;
        let permit = permit.map_err(|_| Close::going_away())?;
        let command = ConnectionCommand::Say {
            message: Box::new(message),
            _permit: permit,
        };
        let command = Command::Connection(self.membership.connection, command);
        let sent = self.membership.room.send(command);
        sent.map_err(|_| Close::not_saved())
    }
}

/// The outbound half of a connection.
pub struct Outbound {
    connection: ConnectionId,
    room: UnboundedSender<Command>,
    outbox: Arc<Outbox>,
    liveness: Arc<Liveness>,
    /// Goes out before the queue.
    pending: Option<Outgoing>,
    heartbeat: Duration,
    last_sent: Instant,
    /// Fires one heartbeat after something was sent, or earlier. Resetting it for every frame would
    /// cost more than checking the time when it fires.
    heartbeat_timer: Pin<Box<Sleep>>,
}

impl Outbound {
    /// Waits for the next message to the client. Returns `None` once the connection has ended.
    ///
    /// When nothing else was sent for a heartbeat, this is an empty awareness message: the stock
    /// client gives up a connection without messages, and does not count pings.
    pub async fn next(&mut self) -> Option<Outgoing> {
        if let Some(pending) = self.pending.take() {
            return Some(pending);
        }
        let next = loop {
            let next = tokio::select! {
                biased;
                next = self.outbox.next() => next,
                () = &mut self.heartbeat_timer => match self.on_heartbeat() {
                    Some(heartbeat) => break Some(heartbeat),
                    None => continue,
                },
            };
            match next {
                OutboxItem::Send(outgoing) => break Some(outgoing),
                OutboxItem::Behind => self.request_catch_up(),
                OutboxItem::Ended => break None,
            }
        };
        self.last_sent = Instant::now();
        next
    }

    /// Returns an empty awareness message if nothing was sent for a heartbeat, and a ping if the
    /// client is silent; resets the timer. A client that misses the ping as well is gone.
    fn on_heartbeat(&mut self) -> Option<Outgoing> {
        let (now, silence) = (Instant::now(), self.liveness.silence());
        let due = self.last_sent + self.heartbeat;
        let since = if now < due { self.last_sent } else { now };
        self.heartbeat_timer
            .as_mut()
            .reset(next_check(since, self.heartbeat));
        if silence >= self.heartbeat * CLOSE_AFTER {
            count_refusal("silent");
            self.outbox.close(Close::silent());
            return None;
        }
        let ping = (silence >= self.heartbeat * PING_AFTER).then_some(Outgoing::Ping);
        if now < due {
            return ping;
        }
        self.pending = ping;
        Some(Outgoing::Frame(ServerMessage::Awareness(&[]).frame()))
    }

    /// Returns the next message if one is ready, so that it can share a packet with the one before.
    pub fn ready(&mut self) -> Option<Outgoing> {
        if let Some(pending) = self.pending.take() {
            return Some(pending);
        }
        match self.outbox.ready()? {
            OutboxItem::Send(outgoing) => Some(outgoing),
            OutboxItem::Behind => {
                self.request_catch_up();
                None
            }
            OutboxItem::Ended => None,
        }
    }

    /// Fails if the room has closed, but then it has closed the queue as well.
    fn request_catch_up(&self) {
        let _ = self.room.send(Command::Connection(
            self.connection,
            ConnectionCommand::CatchUp,
        ));
    }
}

fn malformed(why: Malformed) -> Close {
    count_refusal("malformed");
    Close::malformed(why)
}
