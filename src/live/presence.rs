//! Passes presence on to everybody in a room, on a path of its own that never waits for the disk.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until};

use super::awareness::{Awareness, ConnectionId, Nameplate};
use super::outbox::Outbox;
use super::protocol::{AwarenessEntry, ServerMessage};
use super::settings::LiveSettings;

/// The presence of one room and the queues it is sent to.
#[derive(Debug)]
pub struct Presence {
    hall: Mutex<Hall>,
    bell: Notify,
    beat: Duration,
    expiry: Duration,
}

#[derive(Debug, Default)]
struct Hall {
    awareness: Awareness,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    /// Those who want to know what changes beside the text; a stock client does not ask.
    curious: HashSet<ConnectionId>,
    /// A task passes changes on; a room in which nobody shows themselves has none.
    tended: bool,
}

/// What the task of a hall does next.
enum Care {
    /// Something was passed on: nothing more before the next beat.
    Rest,
    /// Nothing to do before somebody is silent for too long.
    Until(Instant),
    /// Nobody is here.
    End,
}

impl Presence {
    /// An empty room.
    pub fn new(settings: &LiveSettings) -> Self {
        Self {
            hall: Mutex::default(),
            bell: Notify::new(),
            beat: settings.presence_beat(),
            expiry: settings.presence_expiry(),
        }
    }

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
    pub fn receive(
        self: &Arc<Self>,
        connection: ConnectionId,
        who: &Nameplate,
        entries: Vec<AwarenessEntry>,
    ) {
        let mut hall = self.lock();
        hall.awareness
            .receive(connection, who, entries, Instant::now());
        self.ring(&mut hall);
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

    /// Notes that a connection wants to hear of news.
    pub fn tell_news_to(&self, connection: ConnectionId) {
        let mut hall = self.lock();
        if hall.outboxes.contains_key(&connection) {
            hall.curious.insert(connection);
        }
    }

    /// Tells those who asked that something beside the text has changed.
    pub fn tell_news(&self, what: &str) {
        let hall = self.lock();
        let frame = ServerMessage::News(what).frame();
        for connection in &hall.curious {
            if let Some(outbox) = hall.outboxes.get(connection) {
                outbox.send(frame.clone());
            }
        }
    }

    /// Lets a connection go and tells the others.
    pub fn leave(self: &Arc<Self>, connection: ConnectionId) {
        let mut hall = self.lock();
        hall.outboxes.remove(&connection);
        hall.curious.remove(&connection);
        hall.awareness.leave(connection);
        self.ring(&mut hall);
    }

    /// Ends: nobody is told anything any more.
    pub fn close(&self) {
        let mut hall = self.lock();
        hall.outboxes.clear();
        hall.curious.clear();
        hall.awareness = Awareness::default();
        self.bell.notify_one();
    }

    /// Sees to it that changes are passed on.
    fn ring(self: &Arc<Self>, hall: &mut Hall) {
        if !hall.awareness.has_changes() {
            return;
        }
        if hall.tended {
            self.bell.notify_one();
        } else {
            hall.tended = true;
            tokio::spawn(self.clone().tend());
        }
    }

    /// Passes changes on, together and at most once per beat, and lets those go who fell silent,
    /// until nobody is here.
    async fn tend(self: Arc<Self>) {
        loop {
            match self.care(Instant::now()) {
                Care::Rest => sleep(self.beat).await,
                Care::Until(due) => tokio::select! {
                    () = self.bell.notified() => {}
                    () = sleep_until(due.into()) => {}
                },
                Care::End => return,
            }
        }
    }

    /// The sender gets its own state back as well: for a quiet client it is the sign of life.
    fn care(&self, now: Instant) -> Care {
        let mut hall = self.lock();
        hall.awareness.expire(self.expiry, now);
        let changes = hall.awareness.take_changes();
        if !changes.is_empty() {
            let frame = ServerMessage::Awareness(&changes).frame();
            for outbox in hall.outboxes.values() {
                outbox.send(frame.clone());
            }
            return Care::Rest;
        }
        match hall.awareness.oldest() {
            Some(seen) => Care::Until(seen + self.expiry),
            None => {
                hall.tended = false;
                Care::End
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
