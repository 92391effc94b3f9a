//! What all rooms share: the disk, the clock, the list of open rooms, the way to tell the house.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use lectern_base::{ArticleId, Clock};

use super::command::{Command, RoomCommand};
use super::error::LiveError;
use super::event::RoomEvent;
use super::ledger::Ledger;
use super::quota::Admissions;
use super::records::Opened;
use super::settings::LiveSettings;

/// A room that an article has in the registry.
pub enum Registered {
    /// It is open, or being opened.
    Open(UnboundedSender<Command>),
    /// It was registered just now; the caller opens it.
    New {
        /// Its number.
        room: u64,
        /// Its queue.
        inbox: UnboundedSender<Command>,
        /// The other end of its queue.
        commands: UnboundedReceiver<Command>,
    },
}

/// What every room holds on to.
pub struct Shared {
    pub(super) ledger: Ledger,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: LiveSettings,
    events: UnboundedSender<RoomEvent>,
    open: Mutex<HashMap<ArticleId, Door>>,
    numbers: AtomicU64,
    /// How often people come in.
    pub arrivals: Admissions,
    stopping: AtomicBool,
}

struct Door {
    room: u64,
    inbox: UnboundedSender<Command>,
}

impl Shared {
    /// Makes a house without rooms; what they tell goes to `events`.
    pub fn new(
        ledger: Ledger,
        clock: Arc<dyn Clock>,
        settings: LiveSettings,
        events: UnboundedSender<RoomEvent>,
    ) -> Self {
        Self {
            ledger,
            clock,
            arrivals: Admissions::new(settings.arrivals),
            settings,
            events,
            open: Mutex::default(),
            numbers: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
        }
    }

    /// A number that nothing else has, for a room or a connection.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Opens no more rooms and names those that are open.
    pub fn close(&self) -> Vec<UnboundedSender<Command>> {
        self.stopping.store(true, Ordering::SeqCst);
        self.lock()
            .values()
            .map(|door| door.inbox.clone())
            .collect()
    }

    /// Loads a draft, and tells the house if a part of it had to be set aside.
    pub async fn load(&self, article: ArticleId) -> Result<Opened, LiveError> {
        let opened = self.ledger.open(article, self.clock.now()).await?;
        if !opened.damage.is_empty() {
            let what = opened.damage.iter().map(|damage| damage.what.clone());
            let what = what.collect();
            self.announce(RoomEvent::SetAside { article, what });
        }
        Ok(opened)
    }

    /// Tells the house.
    pub fn announce(&self, event: RoomEvent) {
        let _ = self.events.send(event);
    }

    /// Takes a room that is about to end off the list.
    pub fn forget(&self, article: ArticleId, room: u64) {
        let mut open = self.lock();
        if open.get(&article).is_some_and(|door| door.room == room) {
            open.remove(&article);
        }
    }

    /// The inbox of a room that is open.
    pub fn find(&self, article: ArticleId) -> Option<UnboundedSender<Command>> {
        self.lock().get(&article).map(|door| door.inbox.clone())
    }

    /// Tells every room.
    pub fn tell_all(&self, command: impl Fn() -> RoomCommand) {
        for door in self.lock().values() {
            let _ = door.inbox.send(Command::Room(command()));
        }
    }

    /// Finds the room of an article, or registers a new one that has yet to be opened.
    pub fn find_or_register(&self, article: ArticleId) -> Result<Registered, LiveError> {
        if self.stopping.load(Ordering::SeqCst) {
            return Err(LiveError::Stopping);
        }
        let mut open = self.lock();
        if let Some(door) = open.get(&article).filter(|door| !door.inbox.is_closed()) {
            return Ok(Registered::Open(door.inbox.clone()));
        }
        let room = self.number();
        let (inbox, commands) = unbounded_channel();
        let door = Door {
            room,
            inbox: inbox.clone(),
        };
        open.insert(article, door);
        Ok(Registered::New {
            room,
            inbox,
            commands,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ArticleId, Door>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
