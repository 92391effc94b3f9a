//! What all rooms share: the store, the clock, the list of open rooms and the channel for events.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use lectern_base::{ArticleId, Clock};

use super::command::{Command, RoomCommand};
use super::draft_records::LoadedDraft;
use super::draft_store::DraftStore;
use super::error::LiveError;
use super::event::RoomEvent;
use super::rate_limits::JoinLimiter;
use super::settings::LiveSettings;

/// The room of an article, as found in the registry.
pub enum Registered {
    /// It is open, or being opened.
    Open(UnboundedSender<Command>),
    /// It has just been registered, and the caller must open it.
    New {
        /// Its id.
        id: u64,
        /// Its queue.
        inbox: UnboundedSender<Command>,
        /// The receiving end of its queue.
        commands: UnboundedReceiver<Command>,
    },
}

/// Every open room, and what the rooms share.
pub struct RoomRegistry {
    pub(super) drafts: DraftStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: LiveSettings,
    events: UnboundedSender<RoomEvent>,
    open: Mutex<HashMap<ArticleId, OpenRoom>>,
    ids: AtomicU64,
    /// Limits how often a person can join.
    pub join_limiter: JoinLimiter,
    stopping: AtomicBool,
}

struct OpenRoom {
    id: u64,
    inbox: UnboundedSender<Command>,
}

impl RoomRegistry {
    /// Creates an empty registry. Events of its rooms go to `events`.
    pub fn new(
        drafts: DraftStore,
        clock: Arc<dyn Clock>,
        settings: LiveSettings,
        events: UnboundedSender<RoomEvent>,
    ) -> Self {
        Self {
            drafts,
            clock,
            join_limiter: JoinLimiter::new(settings.arrivals),
            settings,
            events,
            open: Mutex::default(),
            ids: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
        }
    }

    /// Returns a unique id for a room or a connection.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Stops new rooms from opening and returns the queues of those that are open.
    pub fn begin_shutdown(&self) -> Vec<UnboundedSender<Command>> {
        self.stopping.store(true, Ordering::SeqCst);
        self.lock()
            .values()
            .map(|room| room.inbox.clone())
            .collect()
    }

    /// Loads a draft, and emits an event if part of it had to be quarantined.
    pub async fn load_draft(&self, article: ArticleId) -> Result<LoadedDraft, LiveError> {
        let loaded = self.drafts.open(article, self.clock.now()).await?;
        if !loaded.damage.is_empty() {
            let what = loaded.damage.iter().map(|damage| damage.what.clone());
            let what = what.collect();
            self.emit(RoomEvent::Quarantined { article, what });
        }
        Ok(loaded)
    }

    /// Emits an event.
    pub fn emit(&self, event: RoomEvent) {
        let _ = self.events.send(event);
    }

    /// Removes a room that is about to end.
    pub fn remove(&self, article: ArticleId, id: u64) {
        let mut open = self.lock();
        if open.get(&article).is_some_and(|room| room.id == id) {
            open.remove(&article);
        }
    }

    /// Returns the queue of an open room.
    pub fn find(&self, article: ArticleId) -> Option<UnboundedSender<Command>> {
        self.lock().get(&article).map(|room| room.inbox.clone())
    }

    /// Returns the articles of all open rooms.
    pub fn open_articles(&self) -> Vec<ArticleId> {
        self.lock().keys().copied().collect()
    }

    /// Sends a command to every room.
    pub fn send_to_all(&self, command: impl Fn() -> RoomCommand) {
        for room in self.lock().values() {
            let _ = room.inbox.send(Command::Room(command()));
        }
    }

    /// Finds the room of an article, or registers a new one for the caller to open.
    ///
    /// # Errors
    /// [`LiveError::Stopping`] once shutdown has begun.
    pub fn find_or_register(&self, article: ArticleId) -> Result<Registered, LiveError> {
        // Checked under the lock, so that a shutdown stops every room that is registered.
        let mut open = self.lock();
        if self.stopping.load(Ordering::SeqCst) {
            return Err(LiveError::Stopping);
        }
        if let Some(room) = open.get(&article).filter(|room| !room.inbox.is_closed()) {
            return Ok(Registered::Open(room.inbox.clone()));
        }
        let id = self.next_id();
        let (inbox, commands) = unbounded_channel();
        let room = OpenRoom {
            id,
            inbox: inbox.clone(),
        };
        open.insert(article, room);
        Ok(Registered::New {
            id,
            inbox,
            commands,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ArticleId, OpenRoom>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
