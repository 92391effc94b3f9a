//! All open drafts: opens each once, and lets it go when nobody needs it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use yrs::{Doc, ReadTxn, StateVector, Transact};

use lectern_base::{ArticleId, Clock, PersonId};
use lectern_document::{self as document, DraftContent};
use lectern_store::{Batch, Store};

use super::attribution::{AttributedSection, attribute};
use super::authors::Authors;
use super::change::change_copy;
use super::command::{
    Answer, Command, ConnectionCommand, Participant, RoomCommand, ServerEdit, Turned, View,
};
use super::connection::Connection;
use super::draft::{Draft, Incoming, Rights};
use super::error::{Close, LiveError};
use super::event::RoomEvent;
use super::house::{Registered, Shared};
use super::ledger::{Ledger, SetAside};
use super::outbox::Outbox;
use super::room::Room;
use super::scan::Scan;
use super::settings::LiveSettings;

/// A room may close just as somebody asks for it; after this many times something else is wrong.
const TRIES: usize = 8;

/// All open drafts.
pub struct Rooms {
    shared: Arc<Shared>,
    events: Mutex<Option<UnboundedReceiver<RoomEvent>>>,
}

impl Rooms {
    /// Makes the rooms of a store; none is open yet.
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: LiveSettings) -> Arc<Self> {
        let (events, heard) = unbounded_channel();
        let ledger = Ledger::new(store, settings.draft_limit);
        let shared = Shared::new(ledger, clock, settings, events);
        Arc::new(Self {
            shared: Arc::new(shared),
            events: Mutex::new(Some(heard)),
        })
    }

    /// Hands out what the rooms tell, to the first who asks.
    pub fn events(&self) -> Option<UnboundedReceiver<RoomEvent>> {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The limits in force.
    pub fn settings(&self) -> &LiveSettings {
        &self.shared.settings
    }

    /// Lets somebody take part in the live editing of an article.
    ///
    /// Returns once the draft is loaded whole.
    pub async fn join(
        &self,
        article: ArticleId,
        participant: Participant,
    ) -> Result<Connection, LiveError> {
        self.shared.arrivals.count(participant.person)?;
        let connection = self.shared.number();
        let nameplate = participant.nameplate();
        let participant = Box::new(participant);
        let outbox = Arc::new(Outbox::new(self.shared.settings.queue_limit));
        let membership = self
            .ask(article, |answer| {
                let join = ConnectionCommand::Join {
                    participant: participant.clone(),
                    outbox: outbox.clone(),
                    answer,
                };
                Command::Connection(connection, join)
            })
            .await?;
        Ok(Connection::new(
            membership,
            nameplate,
            outbox,
            &self.shared.settings,
        ))
    }

    /// What the draft says now, all sections as Markdown.
    pub async fn read(&self, article: ArticleId) -> Result<DraftContent, LiveError> {
        self.read_with(article, document::read).await
    }

    /// Looks at the draft: as it is in its room, or from disk without keeping it.
    pub async fn read_with<T, F>(&self, article: ArticleId, read: F) -> Result<T, LiveError>
    where
        T: Send + 'static,
        F: FnOnce(&Doc) -> T + Send + 'static,
    {
        self.look(article, |view| read(view.doc)).await
    }

    /// The position of the last edit that is on disk.
    pub async fn position(&self, article: ArticleId) -> Result<u64, LiveError> {
        self.look(article, |view| view.position).await
    }

    /// Everybody whose edits came in after a position, by the edit log.
    pub async fn contributors_since(
        &self,
        article: ArticleId,
        position: u64,
    ) -> Result<Vec<PersonId>, LiveError> {
        self.look(article, move |view| view.authors.since(position))
            .await
    }

    /// Who wrote each word of the draft, section by section.
    pub async fn attribution(
        &self,
        article: ArticleId,
    ) -> Result<Vec<AttributedSection>, LiveError> {
        let whole = |view: &View<'_>| {
            let txn = view.doc.transact();
            let state = txn.encode_state_as_update_v1(&StateVector::default());
            (state, view.authors.clone())
        };
        let (state, authors) = self.look(article, whole).await?;
        let read = tokio::task::spawn_blocking(move || attribute(&state, &authors));
        read.await.ok().flatten().ok_or(LiveError::Unavailable)
    }

    /// Everybody who has the draft open.
    pub async fn present(&self, article: ArticleId) -> Result<Vec<PersonId>, LiveError> {
        if self.shared.find(article).is_none() {
            return Ok(Vec::new());
        }
        self.look(article, |view| view.present.clone()).await
    }

    /// Changes the draft for somebody, as if they had typed it; on disk when it returns.
    ///
    /// The change is made on a copy, under a client id of its own, and merged like any other, so
    /// that whatever others type meanwhile stays.
    pub async fn edit<T, E, F>(
        &self,
        article: ArticleId,
        person: PersonId,
        change: F,
    ) -> Result<T, E>
    where
        E: From<LiveError>,
        F: FnOnce(&Doc) -> Result<T, E> + Send,
    {
        let whole = |doc: &Doc| {
            doc.transact()
                .encode_state_as_update_v1(&StateVector::default())
        };
        let state = self.read_with(article, whole).await?;
        let (value, update) = change_copy(&state, change)?;
        if let Some(update) = update {
            let incoming = Incoming::scan(update.into());
            let incoming = incoming.map_err(|why| LiveError::Refused(why.to_string()))?;
            let edit = Box::new(ServerEdit { person, incoming });
            let submit = |answer| {
                let edit = edit.clone();
                Command::Room(RoomCommand::Submit { edit, answer })
            };
            self.ask(article, submit).await?;
        }
        Ok(value)
    }

    /// What of a draft could not be read and was set aside, until somebody has seen to it.
    pub async fn set_aside(&self, article: ArticleId) -> Result<Vec<SetAside>, LiveError> {
        self.shared.ledger.aside(article).await
    }

    /// Puts into `batch` that somebody has seen to what was set aside; returns what it was.
    pub async fn settle(
        &self,
        batch: &mut Batch,
        article: ArticleId,
    ) -> Result<Vec<SetAside>, LiveError> {
        let now = self.shared.clock.now();
        self.shared.ledger.settle(batch, article, now).await
    }

    /// Puts a new document of somebody in the place of a draft that cannot be opened at all.
    pub async fn replace(
        &self,
        article: ArticleId,
        person: PersonId,
        doc: Doc,
    ) -> Result<(), LiveError> {
        let unreadable = |_| LiveError::Unavailable;
        let (draft, state) = Draft::open(doc, Authors::default(), self.settings().draft_limit)
            .map_err(unreadable)?;
        let written = Scan::of(&state).map_err(unreadable)?;
        let draft = draft.written_by(person, &written);
        let now = self.shared.clock.now();
        self.shared.ledger.replace(article, &draft, now).await
    }

    /// Closes every connection of a person.
    pub fn close_person(&self, person: PersonId, close: Close) {
        self.shared
            .tell_all(|| RoomCommand::ClosePerson(person, Box::new(close.clone())));
    }

    /// Closes a person's connections to one article, such as when they may no longer see it.
    pub fn close_in(&self, article: ArticleId, person: PersonId, close: Close) {
        if let Some(room) = self.shared.find(article) {
            let _ = room.send(Command::Room(RoomCommand::ClosePerson(
                person,
                Box::new(close),
            )));
        }
    }

    /// Changes what a person may do in an article's room, from now on.
    pub fn refresh(&self, article: ArticleId, person: PersonId, rights: Rights) {
        if let Some(room) = self.shared.find(article) {
            let _ = room.send(Command::Room(RoomCommand::Refresh(person, rights)));
        }
    }

    /// Tells those at an article's draft who asked for it that its comments have changed.
    pub fn tell_news(&self, article: ArticleId) {
        if let Some(room) = self.shared.find(article) {
            let _ = room.send(Command::Room(RoomCommand::News("threads")));
        }
    }

    /// Ends all sessions and connections; the events of their ends are out when it returns.
    pub async fn shutdown(&self) {
        let mut stopping = Vec::new();
        for room in self.shared.close() {
            let (stopped, done) = oneshot::channel();
            if room.send(Command::Room(RoomCommand::Stop(stopped))).is_ok() {
                stopping.push(done);
            }
        }
        for done in stopping {
            let _ = done.await;
        }
    }

    /// Asks the room of an article, opening it if need be.
    async fn ask<T>(
        &self,
        article: ArticleId,
        command: impl Fn(Answer<T>) -> Command,
    ) -> Result<T, LiveError> {
        for _ in 0..TRIES {
            let (answer, answered) = oneshot::channel();
            let room = self.enter(article)?;
            if room.send(command(answer)).is_err() {
                continue;
            }
            match answered.await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(Turned::Away)) => {}
                Ok(Err(Turned::Down(why))) => return Err(why),
                Err(_) => return Err(LiveError::Unavailable),
            }
        }
        Err(LiveError::Unavailable)
    }

    /// The queue of an article's room. If none is open a new one starts to load, and everybody who
    /// asks in the meantime waits for it.
    fn enter(&self, article: ArticleId) -> Result<UnboundedSender<Command>, LiveError> {
        match self.shared.find_or_register(article)? {
            Registered::Open(inbox) => Ok(inbox),
            Registered::New {
                room,
                inbox,
                commands,
            } => {
                let me = inbox.clone();
                tokio::spawn(open_room(self.shared.clone(), article, room, me, commands));
                Ok(inbox)
            }
        }
    }

    /// Looks at a draft in its room, or on disk when no room is open.
    async fn look<T, F>(&self, article: ArticleId, look: F) -> Result<T, LiveError>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> T + Send + 'static,
    {
        let Some(room) = self.shared.find(article) else {
            return self.look_at_disk(article, look).await;
        };
        let (answer, answered) = oneshot::channel();
        let within = move |view: Result<&View<'_>, Turned>| {
            let _ = answer.send(match view {
                Ok(view) => Ok(look(view)),
                Err(Turned::Away) => Err((Some(look), None)),
                Err(Turned::Down(why)) => Err((None, Some(why))),
            });
        };
        let unsent = room.send(Command::Room(RoomCommand::Look(Box::new(within))));
        if let Err(returned) = unsent {
            returned.0.turn_away(Turned::Away);
        }
        match answered.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err((Some(look), _))) => self.look_at_disk(article, look).await,
            Ok(Err((None, why))) => Err(why.unwrap_or(LiveError::Unavailable)),
            Err(_) => Err(LiveError::Unavailable),
        }
    }

    async fn look_at_disk<T>(
        &self,
        article: ArticleId,
        look: impl FnOnce(&View<'_>) -> T,
    ) -> Result<T, LiveError> {
        let opened = self.shared.load(article).await?;
        Ok(look(&View {
            doc: opened.draft.doc(),
            position: opened.position,
            authors: opened.draft.authors(),
            present: Vec::new(),
        }))
    }
}

async fn open_room(
    shared: Arc<Shared>,
    article: ArticleId,
    room: u64,
    me: UnboundedSender<Command>,
    mut inbox: UnboundedReceiver<Command>,
) {
    // Boxed, so that a quiet room does not keep the space that loading took.
    match Box::pin(shared.load(article)).await {
        Ok(opened) => {
            Room::new(article, room, shared, me, opened)
                .run(inbox)
                .await
        }
        Err(why) => {
            if let LiveError::Damaged { record, .. } = &why {
                tracing::error!(%article, %record, "A draft is damaged and stays closed");
            }
            shared.forget(article, room);
            inbox.close();
            while let Ok(command) = inbox.try_recv() {
                command.turn_away(Turned::Down(why.clone()));
            }
        }
    }
}
