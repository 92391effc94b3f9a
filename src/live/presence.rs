//! Passes presence on to everybody in a room, on a path of its own that never waits for the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{interval, sleep};

use super::awareness::{Awareness, ConnectionId, Nameplate};
use super::outbox::Outbox;
use super::protocol::{AwarenessEntry, ServerMessage};
use super::settings::LiveSettings;

/// The presence of one room and the queues it is sent to.
#[derive(Debug, Default)]
pub struct Presence {
    hall: Mutex<Hall>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Hall {
    awareness: Awareness,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
}

impl Presence {
    /// Lets a connection in and shows it who is here.
    pub fn enter(&self, connection: ConnectionId, outbox: &Arc<Outbox>) {
        let mut hall = self.lock();
        let present = hall.awareness.present();
        if !present.is_empty() {
            outbox.send(ServerMessage::Awareness(&present).frame());
        }
        hall.outboxes.insert(connection, outbox.clone());
    }

    /// Takes what a connection says about itself.
    pub fn receive(&self, connection: ConnectionId, who: &Nameplate, entries: Vec<AwarenessEntry>) {
        let mut hall = self.lock();
        hall.awareness
            .receive(connection, who, entries, Instant::now());
        self.ring(&hall);
    }

    /// Tells a connection who is here.
    pub fn answer(&self, outbox: &Outbox) {
        outbox.send(self.everybody());
    }

    /// Says who is here, as one frame.
    pub fn everybody(&self) -> Bytes {
        let present = self.lock().awareness.present();
        ServerMessage::Awareness(&present).frame()
    }

    /// Lets a connection go and tells the others.
    pub fn leave(&self, connection: ConnectionId) {
        let mut hall = self.lock();
        hall.outboxes.remove(&connection);
        hall.awareness.leave(connection);
        self.ring(&hall);
    }

    /// Passes changes on, together and at most once per beat, until it is dropped.
    pub async fn run(self: Arc<Self>, settings: LiveSettings) {
        let mut expiry = interval(settings.presence_expiry() / 3);
        loop {
            tokio::select! {
                () = self.bell.notified() => self.pass_on(),
                _ = expiry.tick() => self.expire(&settings),
            }
            sleep(settings.presence_beat()).await;
        }
    }

    fn expire(&self, settings: &LiveSettings) {
        let mut hall = self.lock();
        hall.awareness
            .expire(settings.presence_expiry(), Instant::now());
        self.ring(&hall);
    }

    /// The sender gets its own state back as well: for a quiet client it is the sign of life.
    fn pass_on(&self) {
        let mut hall = self.lock();
        let changes = hall.awareness.take_changes();
        if changes.is_empty() {
            return;
        }
        let frame = ServerMessage::Awareness(&changes).frame();
        for outbox in hall.outboxes.values() {
            outbox.send(frame.clone());
        }
    }

    fn ring(&self, hall: &Hall) {
        if hall.awareness.has_changes() {
            self.bell.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
