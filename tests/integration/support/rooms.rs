//! Rooms on a real store in a temporary directory, and peers that reach them without a socket.

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
use lectern_store::{self as store, Store};

use super::peer::{Peer, Received, Wire};

/// A way to a room without a socket.
pub struct Direct {
    connection: Connection,
    closed: Option<Close>,
}

impl Direct {
    /// Goes by a connection.
    pub fn over(connection: Connection) -> Self {
        Self {
            connection,
            closed: None,
        }
    }

    /// Reads what has arrived without waiting for more.
    pub async fn arrived(&mut self) -> Vec<Outgoing> {
        let mut arrived = Vec::new();
        while let Ok(Some(next)) = timeout(Duration::ZERO, self.connection.next()).await {
            arrived.push(next);
        }
        arrived
    }
}

impl Wire for Direct {
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

/// The rooms of one store with one article in it.
pub struct House {
    pub rooms: Arc<Rooms>,
    pub events: UnboundedReceiver<RoomEvent>,
    pub store: Store,
    pub article: ArticleId,
    pub dir: Arc<TempDir>,
}

/// Delays so short that a test need not wait, but sessions still end in order.
pub fn quick() -> LiveSettings {
    LiveSettings {
        session_grace_ms: 20,
        idle_grace_ms: 20,
        presence_beat_ms: 1,
        ..LiveSettings::default()
    }
}

impl House {
    /// Opens a house with one fresh article.
    pub async fn open(settings: LiveSettings) -> Self {
        let dir = Arc::new(TempDir::new().unwrap());
        let store = store::open(dir.path()).unwrap();
        Self::with_store(settings, store, dir).await
    }

    /// Opens a house over a store, with one fresh article.
    pub async fn with_store(settings: LiveSettings, store: Store, dir: Arc<TempDir>) -> Self {
        let article = ArticleId::new();
        store
            .append(&Edit::log(article), vec![seed().encode().into()])
            .await
            .unwrap();
        Self::with_article(settings, store, dir, article)
    }

    /// Opens a house over what is already there.
    pub fn with_article(
        settings: LiveSettings,
        store: Store,
        dir: Arc<TempDir>,
        article: ArticleId,
    ) -> Self {
        let rooms = Rooms::new(store.clone(), Arc::new(SystemClock), settings);
        let events = rooms.events().expect("nobody else listens");
        Self {
            rooms,
            events,
            store,
            article,
            dir,
        }
    }

    /// Closes the house and opens it again over the same directory.
    pub async fn reopen(self, settings: LiveSettings) -> Self {
        let (article, dir) = (self.article, self.dir.clone());
        self.rooms.shutdown().await;
        let Self { rooms, store, .. } = self;
        drop((rooms, store));
        let store = eventually("the directory to be free", || async {
            store::open(dir.path()).ok()
        })
        .await;
        Self::with_article(settings, store, dir, article)
    }

    /// Lets a person in.
    pub async fn wire(&self, person: PersonId, rights: Rights) -> Result<Direct, LiveError> {
        let connection = self
            .rooms
            .join(self.article, participant(person, rights))
            .await?;
        Ok(Direct::over(connection))
    }

    /// Lets a writer in and waits until they have the draft.
    pub async fn writer(&self, person: PersonId) -> Peer<Direct> {
        Peer::connect(self.wire(person, Rights::Write).await.unwrap())
            .await
            .synced()
            .await
    }

    /// Lets a writer in again with a document they kept.
    pub async fn returning(&self, person: PersonId, doc: Doc) -> Peer<Direct> {
        Peer::reconnect(self.wire(person, Rights::Write).await.unwrap(), doc)
            .await
            .synced()
            .await
    }

    /// Lets a reader in and waits until they have the draft.
    pub async fn reader(&self, person: PersonId) -> Peer<Direct> {
        Peer::connect(self.wire(person, Rights::Read).await.unwrap())
            .await
            .synced()
            .await
    }

    /// The title as it is on disk.
    pub async fn title(&self) -> String {
        self.rooms.read_with(self.article, title).await.unwrap()
    }

    /// Waits until the article's room has told something.
    pub async fn event(&mut self) -> RoomEvent {
        let event = timeout(Duration::from_secs(30), self.events.recv()).await;
        event
            .expect("an event in time")
            .expect("rooms that still speak")
    }
}

/// Somebody who joins.
pub fn participant(person: PersonId, rights: Rights) -> Participant {
    Participant {
        person,
        name: "Ada".into(),
        color: "#336699".into(),
        rights,
        outdated: false,
    }
}

/// What the title of a document says.
pub fn title(doc: &Doc) -> String {
    use yrs::GetString;
    let title = doc.get_or_insert_text("title");
    title.get_string(&doc.transact())
}

/// The first entry of an article's edit log.
pub fn seed() -> Edit {
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

/// Tries until something is there.
pub async fn eventually<T, F>(what: &str, mut try_it: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let trying = async {
        loop {
            if let Some(found) = try_it().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let found = timeout(Duration::from_secs(30), trying).await;
    found.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}
