//! Sends presence to everyone in a room, independently of document updates. It never waits for the
//! disk.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until};

use super::awareness::{Awareness, ConnectionId, UserInfo};
use super::outbox::Outbox;
use super::protocol::{AwarenessEntry, ServerMessage};
use super::settings::LiveSettings;

/// The presence of one room, and the queues it is sent to.
#[derive(Debug)]
pub struct Presence {
    state: Mutex<PresenceState>,
    changed: Notify,
    interval: Duration,
    expiry: Duration,
}

#[derive(Debug, Default)]
struct PresenceState {
    awareness: Awareness,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    /// Connections that asked for news of anything other than the text. A stock client does not.
    news_subscribers: HashSet<ConnectionId>,
    /// Whether a flush task is running. A room without any presence has none.
    flushing: bool,
}

/// When the flush task runs next.
enum NextFlush {
    /// After the interval: something has just been sent.
    AfterInterval,
    /// When the next client expires.
    At(Instant),
    /// Never: no client is present.
    Never,
}

impl Presence {
    /// Creates the presence of an empty room.
    pub fn new(settings: &LiveSettings) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            interval: settings.presence_interval(),
            expiry: settings.presence_expiry(),
        }
    }

    /// Adds a connection and sends it everyone's presence.
    pub fn join(&self, connection: ConnectionId, outbox: &Arc<Outbox>) {
        let mut state = self.lock();
        let present = state.awareness.present();
        if !present.is_empty() {
            outbox.send(ServerMessage::Awareness(&present).frame());
        }
        state.outboxes.insert(connection, outbox.clone());
    }

    /// Handles an awareness message of a connection.
    pub fn receive(
        self: &Arc<Self>,
        connection: ConnectionId,
        user: &UserInfo,
        entries: Vec<AwarenessEntry>,
    ) {
        let mut state = self.lock();
        state
            .awareness
            .receive(connection, user, entries, Instant::now());
        self.wake_flusher(&mut state);
    }

    /// Sends everyone's presence to a connection.
    pub fn send_snapshot(&self, outbox: &Outbox) {
        outbox.send(self.snapshot_frame());
    }

    /// Encodes everyone's presence.
    pub fn snapshot_frame(&self) -> Bytes {
        let present = self.lock().awareness.present();
        ServerMessage::Awareness(&present).frame()
    }

    /// Subscribes a connection to news.
    pub fn subscribe_to_news(&self, connection: ConnectionId) {
        let mut state = self.lock();
        if state.outboxes.contains_key(&connection) {
            state.news_subscribers.insert(connection);
        }
    }

    /// Sends news to all subscribers.
    pub fn send_news(&self, what: &str) {
        let state = self.lock();
        let frame = ServerMessage::News(what).frame();
        for connection in &state.news_subscribers {
            if let Some(outbox) = state.outboxes.get(connection) {
                outbox.send(frame.clone());
            }
        }
    }

    /// Removes a connection and tells the others.
    pub fn leave(self: &Arc<Self>, connection: ConnectionId) {
        let mut state = self.lock();
        state.outboxes.remove(&connection);
        state.news_subscribers.remove(&connection);
        state.awareness.leave(connection);
        self.wake_flusher(&mut state);
    }

    /// Removes everyone. Nothing more is sent.
    pub fn close(&self) {
        let mut state = self.lock();
        state.outboxes.clear();
        state.news_subscribers.clear();
        state.awareness = Awareness::default();
        self.changed.notify_one();
    }

    /// Makes sure that changes get sent.
    fn wake_flusher(self: &Arc<Self>, state: &mut PresenceState) {
        if !state.awareness.has_changes() {
            return;
        }
        if state.flushing {
            self.changed.notify_one();
        } else {
            state.flushing = true;
            tokio::spawn(self.clone().flush_loop());
        }
    }

    /// Sends changes, at most once per interval, and expires silent clients until none is left.
    async fn flush_loop(self: Arc<Self>) {
        loop {
            match self.flush(Instant::now()) {
                NextFlush::AfterInterval => sleep(self.interval).await,
                NextFlush::At(due) => tokio::select! {
                    () = self.changed.notified() => {}
                    () = sleep_until(due.into()) => {}
                },
                NextFlush::Never => return,
            }
        }
    }

    /// Sends the changes. The sender receives its own state as well, which serves a quiet client as
    /// a sign of life.
    fn flush(&self, now: Instant) -> NextFlush {
        let mut state = self.lock();
        state.awareness.expire(self.expiry, now);
        let changes = state.awareness.take_changes();
        if !changes.is_empty() {
            let frame = ServerMessage::Awareness(&changes).frame();
            for outbox in state.outboxes.values() {
                outbox.send(frame.clone());
            }
            return NextFlush::AfterInterval;
        }
        match state.awareness.oldest() {
            Some(seen) => NextFlush::At(seen + self.expiry),
            None => {
                state.flushing = false;
                NextFlush::Never
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, PresenceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
