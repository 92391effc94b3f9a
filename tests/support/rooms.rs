//! Rooms over a real store in a temporary directory, and peers that reach them without a socket.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use yrs::{Doc, Text, Transact};

use lectern_article::Edit;
use lectern_base::{ArticleId, PersonId, SystemClock, Timestamp};
use lectern_document::new_doc;
use lectern_live::{
    Close, Connection, LiveError, LiveSettings, Outgoing, Participant, Rights, RoomEvent, Rooms,
};
use lectern_pool::{Pool, PoolSettings};
use lectern_store::{self as store, Store};

use super::peer::{Peer, Received, Wire};
use super::until::until;

/// A way to reach a room without a socket.
pub struct InProcessWire {
    connection: Connection,
    closed: Option<Close>,
}

impl InProcessWire {
    /// Wraps a connection.
    pub fn over(connection: Connection) -> Self {
        Self {
            connection,
            closed: None,
        }
    }

    /// Returns what has arrived, without waiting for more.
    pub async fn arrived(&mut self) -> Vec<Outgoing> {
        let mut arrived = Vec::new();
        while let Ok(Some(next)) = timeout(Duration::ZERO, self.connection.next()).await {
            arrived.push(next);
        }
        arrived
    }
}

impl Wire for InProcessWire {
    async fn send(&mut self, frame: Bytes) {
        if let Err(close) = self.connection.receive(frame).await {
            self.closed.get_or_insert(close);
        }
    }

    async fn next(&mut self) -> Received {
        let close = match self.closed.take() {
            Some(close) => close,
            None => loop {
                match self.connection.next().await {
                    Some(Outgoing::Frame(frame)) => return Received::Frame(frame),
                    Some(Outgoing::Close(close)) => break close,
                    Some(Outgoing::Ping) => {}
                    None => panic!("the connection ended without a word"),
                }
            },
        };
        Received::Closed(close.code, close.reason)
    }
}

/// The rooms of one store, with one article.
pub struct TestRooms {
    /// The rooms.
    pub rooms: Arc<Rooms>,
    /// Their events.
    pub events: UnboundedReceiver<RoomEvent>,
    /// Their store.
    pub store: Store,
    /// The article.
    pub article: ArticleId,
    /// The data directory.
    pub dir: Arc<TempDir>,
}

/// Delays short enough for a test, in the usual proportions.
pub fn short_delays() -> LiveSettings {
    LiveSettings {
        session_grace_ms: 20,
        idle_grace_ms: 20,
        presence_beat_ms: 1,
        ..LiveSettings::default()
    }
}

impl TestRooms {
    /// Opens rooms over a new store with one new article.
    pub async fn open(settings: LiveSettings) -> Self {
        let dir = Arc::new(TempDir::new().unwrap());
        let store = store::open(dir.path()).unwrap();
        Self::with_store(settings, store, dir).await
    }

    /// Opens rooms over a store, with one new article.
    pub async fn with_store(settings: LiveSettings, store: Store, dir: Arc<TempDir>) -> Self {
        let article = ArticleId::new();
        store
            .append(&Edit::log(article), vec![seed_edit().encode().into()])
            .await
            .unwrap();
        Self::with_article(settings, store, dir, article)
    }

    /// Opens rooms over existing data.
    pub fn with_article(
        settings: LiveSettings,
        store: Store,
        dir: Arc<TempDir>,
        article: ArticleId,
    ) -> Self {
        let pool = Arc::new(Pool::new(PoolSettings::default()));
        let rooms = Rooms::new(store.clone(), Arc::new(SystemClock), settings, pool);
        let events = rooms.events().expect("the only listener");
        Self {
            rooms,
            events,
            store,
            article,
            dir,
        }
    }

    /// Closes the rooms and opens them again over the same directory.
    pub async fn reopen(self, settings: LiveSettings) -> Self {
        let (article, dir) = (self.article, self.dir.clone());
        self.rooms.shutdown().await;
        let Self { rooms, store, .. } = self;
        drop((rooms, store));
        let store = until("the directory to be free", || async {
            store::open(dir.path()).ok()
        })
        .await;
        Self::with_article(settings, store, dir, article)
    }

    /// Connects a person.
    pub async fn wire(&self, person: PersonId, rights: Rights) -> Result<InProcessWire, LiveError> {
        let connection = self
            .rooms
            .join(self.article, participant(person, rights))
            .await?;
        Ok(InProcessWire::over(connection))
    }

    /// Connects a writer and waits until they have the draft.
    pub async fn writer(&self, person: PersonId) -> Peer<InProcessWire> {
        Peer::connect(self.wire(person, Rights::Write).await.unwrap())
            .await
            .synced()
            .await
    }

    /// Connects a writer who kept a document, and waits until it is synchronised.
    pub async fn returning(&self, person: PersonId, doc: Doc) -> Peer<InProcessWire> {
        Peer::reconnect(self.wire(person, Rights::Write).await.unwrap(), doc)
            .await
            .synced()
            .await
    }

    /// Connects a reader and waits until they have the draft.
    pub async fn reader(&self, person: PersonId) -> Peer<InProcessWire> {
        Peer::connect(self.wire(person, Rights::Read).await.unwrap())
            .await
            .synced()
            .await
    }

    /// Returns the title on disk.
    pub async fn title(&self) -> String {
        self.rooms.read_with(self.article, title).await.unwrap()
    }

    /// Waits for the next event of a room.
    pub async fn event(&mut self) -> RoomEvent {
        let event = timeout(Duration::from_secs(30), self.events.recv()).await;
        event.expect("an event in time").expect("open rooms")
    }
}

/// Returns a participant with these rights.
pub fn participant(person: PersonId, rights: Rights) -> Participant {
    Participant {
        lease: lectern_base::Lease::default(),
        person,
        name: "Ada".into(),
        color: "#336699".into(),
        rights,
        outdated: false,
    }
}

/// Returns the title of a document.
pub fn title(doc: &Doc) -> String {
    use yrs::GetString;
    let title = doc.get_or_insert_text("title");
    title.get_string(&doc.transact())
}

/// Returns the first entry of an article's edit log.
pub fn seed_edit() -> Edit {
    let doc = new_doc(None);
    let title = doc.get_or_insert_text("title");
    let mut txn = doc.transact_mut();
    title.insert(&mut txn, 0, "Pipettes");
    let update = txn.encode_update_v1();
    Edit {
        author: None,
        at: Timestamp::from_millis(0),
        clients: vec![doc.client_id().get()],
        update,
    }
}
