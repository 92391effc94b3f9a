//! All open drafts. A room opens on first use and closes when idle.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use yrs::{Doc, ReadTxn, StateVector, Transact};

use lectern_base::{ArticleId, Clock, PersonId};
use lectern_document::{self as document, DraftContent};
use lectern_pool::Pool;
use lectern_store::{Batch, Store, until_some};

use super::attribution::{AttributedSection, attribute};
use super::authors::Authors;
use super::command::{
    Command, ConnectionCommand, DraftView, Participant, Reply, RoomCommand, RoomError, ServerEdit,
};
use super::connection::Connection;
use super::draft::{Draft, Rights, ScannedUpdate};
use super::draft_store::{DraftStore, QuarantinedPart};
use super::edit_copy::{copy_of, edit_copy};
use super::error::{Close, LiveError};
use super::event::RoomEvent;
use super::outbox::Outbox;
use super::room::Room;
use super::room_registry::{Registered, RoomRegistry};
use super::settings::LiveSettings;
use super::update_scan::UpdateScan;

/// All open drafts.
pub struct Rooms {
    registry: Arc<RoomRegistry>,
    /// Reads and edits copies of drafts.
    pool: Arc<Pool>,
    events: Mutex<Option<UnboundedReceiver<RoomEvent>>>,
}

/// Returns the state of a document, as an update of format 1.
fn whole(doc: &Doc) -> Vec<u8> {
    doc.transact()
        .encode_state_as_update_v1(&StateVector::default())
}

impl Rooms {
    /// Creates the rooms of a store; none is open yet.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: LiveSettings,
        pool: Arc<Pool>,
    ) -> Arc<Self> {
        let (events, receiver) = unbounded_channel();
        let drafts = DraftStore::new(store, settings.draft_limit);
        let registry = RoomRegistry::new(drafts, clock, settings, events);
        Arc::new(Self {
            registry: Arc::new(registry),
            pool,
            events: Mutex::new(Some(receiver)),
        })
    }

    /// Returns the receiver of room events, once.
    pub fn events(&self) -> Option<UnboundedReceiver<RoomEvent>> {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Returns the limits in force.
    pub fn settings(&self) -> &LiveSettings {
        &self.registry.settings
    }

    /// Connects a person to the live draft of an article.
    ///
    /// Returns once the draft is fully loaded.
    pub async fn join(
        &self,
        article: ArticleId,
        participant: Participant,
    ) -> Result<Connection, LiveError> {
        self.registry.join_limiter.check(participant.person)?;
        let connection = self.registry.next_id();
        let user = participant.user_info();
        let lease = participant.lease.clone();
        let participant = Box::new(participant);
        let outbox = Arc::new(Outbox::new(self.registry.settings.queue_limit));
        let membership = self
            .request(article, |reply| {
                let join = ConnectionCommand::Join {
                    participant: participant.clone(),
                    outbox: outbox.clone(),
                    reply,
                };
                Command::Connection(connection, join)
            })
            .await?;
        Ok(Connection::new(
            membership,
            user,
            lease,
            outbox,
            &self.registry.settings,
        ))
    }

    /// Returns the current draft, all sections as Markdown.
    pub async fn read(&self, article: ArticleId) -> Result<DraftContent, LiveError> {
        // Writing Markdown takes time, in which the room would take no messages.
        let state = self.read_with(article, whole).await?;
        let (size, read) = (state.len(), move || {
            copy_of(&state).map(|copy| document::read(&copy))
        });
        self.pool.run(size, read).await?
    }

    /// Reads the draft from its room, or from disk without opening a room.
    pub async fn read_with<T, F>(&self, article: ArticleId, read: F) -> Result<T, LiveError>
    where
        T: Send + 'static,
        F: FnOnce(&Doc) -> T + Send + 'static,
    {
        self.query(article, |view| read(view.doc)).await
    }

    /// Returns the position of the last edit on disk.
    pub async fn position(&self, article: ArticleId) -> Result<u64, LiveError> {
        self.query(article, |view| view.position).await
    }

    /// Returns everyone whose edits came after a position of the edit log.
    pub async fn contributors_since(
        &self,
        article: ArticleId,
        position: u64,
    ) -> Result<Vec<PersonId>, LiveError> {
        self.query(article, move |view| {
            view.authors.contributors_since(position)
        })
        .await
    }

    /// Returns the author of every word of the draft, section by section.
    pub async fn attribution(
        &self,
        article: ArticleId,
    ) -> Result<Vec<AttributedSection>, LiveError> {
        let found = |view: &DraftView<'_>| (whole(view.doc), view.authors.clone());
        let (state, authors) = self.query(article, found).await?;
        let (size, read) = (state.len(), move || attribute(&state, &authors));
        let read = self.pool.run(size, read).await?;
        read.ok_or(LiveError::Unavailable)
    }

    /// Returns everyone who has the draft open.
    pub async fn present(&self, article: ArticleId) -> Result<Vec<PersonId>, LiveError> {
        if self.registry.find(article).is_none() {
            return Ok(Vec::new());
        }
        self.query(article, |view| view.present.clone()).await
    }

    /// Edits the draft on behalf of a person. The edit is on disk when this returns.
    ///
    /// The edit is made on a copy under a client id of its own and merged like any other, so
    /// concurrent edits are kept.
    pub async fn edit<T, E, F>(
        &self,
        article: ArticleId,
        person: PersonId,
        change: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<LiveError> + Send + 'static,
        F: FnOnce(&Doc) -> Result<T, E> + Send + 'static,
    {
        let state = self.read_with(article, whole).await?;
        let (size, edit) = (state.len(), move || edit_copy(&state, change));
        let edited = self.pool.run(size, edit).await;
        let (value, update) = edited.map_err(LiveError::from)??;
        if let Some(update) = update {
            let incoming = ScannedUpdate::new(update.into());
            let incoming = incoming.map_err(|why| LiveError::Refused(why.to_string()))?;
            let edit = Box::new(ServerEdit { person, incoming });
            let submit = |reply| {
                let edit = edit.clone();
                Command::Room(RoomCommand::Submit { edit, reply })
            };
            self.request(article, submit).await?;
        }
        Ok(value)
    }

    /// Returns the parts of a draft that could not be read, until they are marked as resolved.
    pub async fn quarantined(&self, article: ArticleId) -> Result<Vec<QuarantinedPart>, LiveError> {
        self.registry.drafts.quarantined(article).await
    }

    /// Adds to `batch` that the quarantined parts of a draft are resolved, and returns them.
    pub async fn resolve_quarantined(
        &self,
        batch: &mut Batch,
        article: ArticleId,
    ) -> Result<Vec<QuarantinedPart>, LiveError> {
        let now = self.registry.clock.now();
        self.registry
            .drafts
            .resolve_quarantined(batch, article, now)
            .await
    }

    /// Replaces a draft that cannot be loaded with a new document, attributed to a person.
    pub async fn replace(
        &self,
        article: ArticleId,
        person: PersonId,
        doc: Doc,
    ) -> Result<(), LiveError> {
        let unreadable = |_| LiveError::Unavailable;
        let (draft, state) = Draft::open(doc, Authors::default(), self.settings().draft_limit)
            .map_err(unreadable)?;
        let written = UpdateScan::parse(&state).map_err(unreadable)?;
        let draft = draft.attributed_to(person, &written);
        let now = self.registry.clock.now();
        self.registry.drafts.replace(article, &draft, now).await
    }

    /// Closes every connection of a person.
    pub fn close_person(&self, person: PersonId, close: Close) {
        self.registry
            .send_to_all(|| RoomCommand::ClosePerson(person, Box::new(close.clone())));
    }

    /// Closes a person's connections to one article, for example when they may no longer see it.
    pub fn close_in(&self, article: ArticleId, person: PersonId, close: Close) {
        if let Some(room) = self.registry.find(article) {
            let _ = room.send(Command::Room(RoomCommand::ClosePerson(
                person,
                Box::new(close),
            )));
        }
    }

    /// Returns the articles whose drafts are open.
    pub fn open_articles(&self) -> Vec<ArticleId> {
        self.registry.open_articles()
    }

    /// Changes what a person may do in an article's room from now on.
    pub fn set_rights(&self, article: ArticleId, person: PersonId, rights: Rights) {
        if let Some(room) = self.registry.find(article) {
            let _ = room.send(Command::Room(RoomCommand::SetRights(person, rights)));
        }
    }

    /// Notifies the subscribers of an article that its comments have changed.
    pub fn send_news(&self, article: ArticleId) {
        if let Some(room) = self.registry.find(article) {
            let _ = room.send(Command::Room(RoomCommand::News("threads")));
        }
    }

    /// Ends all sessions and connections. All `SessionEnded` events have been emitted when this
    /// returns.
    pub async fn shutdown(&self) {
        let mut stopping = Vec::new();
        for room in self.registry.begin_shutdown() {
            let (stopped, done) = oneshot::channel();
            if room
                .send(Command::Room(RoomCommand::Shutdown(stopped)))
                .is_ok()
            {
                stopping.push(done);
            }
        }
        for done in stopping {
            let _ = done.await;
        }
    }

    /// Sends a command to the room of an article and waits for the reply. Opens the room if needed.
    async fn request<T>(
        &self,
        article: ArticleId,
        command: impl Fn(Reply<T>) -> Command,
    ) -> Result<T, LiveError> {
        let done = until_some(|| async {
            let (reply, result) = oneshot::channel();
            let room = self.enter(article)?;
            if room.send(command(reply)).is_err() {
                return Ok(None);
            }
            match result.await {
                Ok(Ok(value)) => Ok(Some(value)),
                Ok(Err(RoomError::Closed)) => Ok(None),
                Ok(Err(RoomError::Failed(why))) => Err(why),
                Err(_) => Err(LiveError::Unavailable),
            }
        });
        done.await?.ok_or(LiveError::Unavailable)
    }

    /// Returns the queue of an article's room. If none is open, a new one starts to load, and
    /// everyone who asks in the meantime waits for it.
    fn enter(&self, article: ArticleId) -> Result<UnboundedSender<Command>, LiveError> {
        match self.registry.find_or_register(article)? {
            Registered::Open(inbox) => Ok(inbox),
            Registered::New {
                id,
                inbox,
                commands,
            } => {
                let sender = inbox.clone();
                tokio::spawn(open_room(
                    self.registry.clone(),
                    article,
                    id,
                    sender,
                    commands,
                ));
                Ok(inbox)
            }
        }
    }

    /// Runs a query in the draft's room, or on disk if no room is open.
    async fn query<T, F>(&self, article: ArticleId, query: F) -> Result<T, LiveError>
    where
        T: Send + 'static,
        F: FnOnce(&DraftView<'_>) -> T + Send + 'static,
    {
        let Some(room) = self.registry.find(article) else {
            return self.query_disk(article, query).await;
        };
        let (reply, result) = oneshot::channel();
        let within = move |view: Result<&DraftView<'_>, RoomError>| {
            let _ = reply.send(match view {
                Ok(view) => Ok(query(view)),
                Err(RoomError::Closed) => Err((Some(query), None)),
                Err(RoomError::Failed(why)) => Err((None, Some(why))),
            });
        };
        let unsent = room.send(Command::Room(RoomCommand::Query(Box::new(within))));
        if let Err(returned) = unsent {
            returned.0.reject(RoomError::Closed);
        }
        match result.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err((Some(query), _))) => self.query_disk(article, query).await,
            Ok(Err((None, why))) => Err(why.unwrap_or(LiveError::Unavailable)),
            Err(_) => Err(LiveError::Unavailable),
        }
    }

    async fn query_disk<T>(
        &self,
        article: ArticleId,
        query: impl FnOnce(&DraftView<'_>) -> T,
    ) -> Result<T, LiveError> {
        let loaded = self.registry.load_draft(article).await?;
        Ok(query(&DraftView {
            doc: loaded.draft.doc(),
            position: loaded.position,
            authors: loaded.draft.authors(),
            present: Vec::new(),
        }))
    }
}

async fn open_room(
    registry: Arc<RoomRegistry>,
    article: ArticleId,
    id: u64,
    sender: UnboundedSender<Command>,
    mut inbox: UnboundedReceiver<Command>,
) {
    // Boxed so that an idle room does not keep the space that loading took.
    match Box::pin(registry.load_draft(article)).await {
        Ok(loaded) => {
            Room::new(article, id, registry, sender, loaded)
                .run(inbox)
                .await
        }
        Err(why) => {
            if let LiveError::Damaged { record, .. } = &why {
                tracing::error!(%article, %record, "A draft is damaged and stays closed");
            }
            registry.remove(article, id);
            inbox.close();
            while let Ok(command) = inbox.try_recv() {
                command.reject(RoomError::Failed(why.clone()));
            }
        }
    }
}
