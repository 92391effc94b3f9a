//! What the model runs against: rooms in this process, whose disk can fail, or the real server,
//! which can be killed.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use yrs::{Array, ReadTxn, StateVector, Transact};

use lectern_article::Edit;
use lectern_base::{ArticleId, PersonId, SystemClock};
use lectern_live::{LiveSettings, Rights, Rooms};
use lectern_pool::{Pool, PoolSettings};
use lectern_store::{self as store, FaultPoint, Faults, Store};
use lectern_test_support::{
    InProcessWire, Node, Received, Socket, Wire, participant, seed_edit, short_delays, until,
};

use super::client::{Clocks, SimulatedClient};
use crate::socket::server::{Person, ServerProcess};

/// The name of the client that runs on Yjs.
const STOCK: &str = "stock";
/// Where in a commit the disk fails, in turn.
const FAULT_POINTS: [FaultPoint; 2] = [FaultPoint::BeforeWrite, FaultPoint::AfterWrite];

/// A connection to either backend.
pub enum BackendWire {
    InProcess(InProcessWire),
    Socket(Socket),
}

impl Wire for BackendWire {
    async fn send(&mut self, frame: Bytes) {
        match self {
            Self::InProcess(line) => line.send(frame).await,
            Self::Socket(line) => line.send(frame).await,
        }
    }

    async fn next(&mut self) -> Received {
        match self {
            Self::InProcess(line) => line.next().await,
            Self::Socket(line) => line.next().await,
        }
    }
}

/// The letters that are credited to each person.
pub type Credits = BTreeMap<Option<usize>, String>;

pub enum Backend {
    Rooms(RoomsBackend),
    Server(ServerBackend),
}

/// Rooms over a store in this process.
pub struct RoomsBackend {
    rooms: Arc<Rooms>,
    store: Store,
    dir: TempDir,
    faults: DiskFaults,
    people: Vec<PersonId>,
    articles: Vec<ArticleId>,
}

/// Whether the disk currently fails, and where.
#[derive(Clone, Default)]
struct DiskFaults {
    failing: Arc<AtomicBool>,
    rounds: Arc<AtomicUsize>,
}

impl DiskFaults {
    fn to_faults(&self) -> Faults {
        let faults = self.clone();
        Faults::at(move |point| {
            let round = faults.rounds.load(Ordering::SeqCst) % FAULT_POINTS.len();
            let fails = faults.failing.load(Ordering::SeqCst)
                && (point == FAULT_POINTS[round] || point == FaultPoint::BeforeRecovery);
            match fails {
                true => Err(Error::from(ErrorKind::StorageFull)),
                false => Ok(()),
            }
        })
    }
}

impl RoomsBackend {
    pub async fn open(people: usize, articles: usize) -> Self {
        let (dir, faults) = (TempDir::new().unwrap(), DiskFaults::default());
        let store = store::open_with(dir.path(), faults.to_faults()).unwrap();
        let articles: Vec<_> = (0..articles).map(|_| ArticleId::new()).collect();
        for article in &articles {
            let first = vec![first_edit().encode().into()];
            store.append(&Edit::log(*article), first).await.unwrap();
        }
        Self {
            rooms: rooms(&store),
            store,
            dir,
            faults,
            people: (0..people).map(|_| PersonId::new()).collect(),
            articles,
        }
    }

    async fn restart(mut self) -> Self {
        self.rooms.shutdown().await;
        let Self {
            rooms: old,
            store: closing,
            dir,
            faults,
            people,
            articles,
        } = self;
        drop((old, closing));
        let store = until("the directory to be free", || async {
            store::open_with(dir.path(), faults.to_faults()).ok()
        })
        .await;
        self = Self {
            rooms: rooms(&store),
            store,
            dir,
            faults,
            people,
            articles,
        };
        self
    }
}

/// A draft with one section.
fn first_edit() -> Edit {
    let doc = lectern_document::new_doc(None);
    let order = doc.get_or_insert_array("order");
    let mut txn = doc.transact_mut();
    order.push_back(&mut txn, "lead");
    Edit {
        clients: vec![doc.client_id().get()],
        update: txn.encode_update_v1(),
        ..seed_edit()
    }
}

fn rooms(store: &Store) -> Arc<Rooms> {
    let settings = LiveSettings {
        compact_after: 20,
        // Small enough that a client that does not read a few strokes falls behind.
        queue_limit: 600,
        ..short_delays()
    };
    let pool = Arc::new(Pool::new(PoolSettings::default()));
    Rooms::new(store.clone(), Arc::new(SystemClock), settings, pool)
}

/// The real server, with a stock y-websocket client of the first person in the first article.
pub struct ServerBackend {
    server: ServerProcess,
    stock: Node,
    people: Vec<Person>,
    ids: Vec<String>,
    articles: Vec<String>,
}

impl ServerBackend {
    pub async fn open(people: usize, articles: usize) -> Self {
        let mut server = ServerProcess::prepare();
        let people: Vec<_> = (0..people)
            .map(|number| server.add_person(&format!("person{number}"), "trainer"))
            .collect();
        server.start().await;
        let mut ids = Vec::new();
        for person in &people {
            let me = server.get(person, "me").await;
            ids.push(me["id"].as_str().unwrap().to_owned());
        }
        let mut made = Vec::new();
        for _ in 0..articles {
            made.push(server.make_article(&people[0]).await);
        }
        let mut stock = Node::start();
        let headers = json!({ "authorization": format!("Bearer {}", people[0].token) });
        let args = json!({ "url": server.collab(), "room": made[0], "headers": headers });
        stock.run(STOCK, "open", args).await;
        Self {
            server,
            stock,
            people,
            ids,
            articles: made,
        }
    }
}

impl Backend {
    /// Connects a person, if the server accepts connections at the moment.
    pub async fn connect(&self, person: usize, article: usize) -> Option<BackendWire> {
        match self {
            Self::Rooms(backend) => {
                let who = participant(backend.people[person], Rights::Write);
                let joined = backend.rooms.join(backend.articles[article], who).await;
                joined
                    .ok()
                    .map(|found| BackendWire::InProcess(InProcessWire::over(found)))
            }
            Self::Server(backend) => {
                let address = format!("{}/{}", backend.server.collab(), backend.articles[article]);
                let token = &backend.people[person].token;
                let bearer = [("authorization", format!("Bearer {token}"))];
                let line = Socket::connect(&address, &bearer).await;
                line.ok().map(BackendWire::Socket)
            }
        }
    }

    /// Makes the disk fail from now on, or work again. The disk of the real server never fails.
    pub async fn set_disk_failing(&self, failing: bool) {
        let Self::Rooms(backend) = self else { return };
        backend.faults.rounds.fetch_add(1, Ordering::SeqCst);
        backend.faults.failing.store(failing, Ordering::SeqCst);
        if !failing {
            until("the disk to take data again", || async {
                backend.store.disk().await.ok()
            })
            .await;
        }
    }

    /// Stops the server, in order or as `kill -9` does, and starts it over the same directory.
    pub async fn restart(self) -> Self {
        match self {
            Self::Rooms(backend) => Self::Rooms(backend.restart().await),
            Self::Server(mut backend) => {
                backend.server.kill();
                backend.server.start().await;
                backend.stock.run(STOCK, "disconnect", json!({})).await;
                backend.stock.run(STOCK, "connect", json!({})).await;
                Self::Server(backend)
            }
        }
    }

    /// Types as the stock client, whether connected or not.
    pub async fn write_as_stock(&mut self, letters: &str, at: u32) {
        if let Self::Server(backend) = self {
            let edit = json!({ "kind": "paragraph", "section": "lead", "at": at, "text": letters });
            let edits = json!({ "edits": [edit] });
            backend.stock.run(STOCK, "edit", edits).await;
        }
    }

    /// Waits until the stock client is synchronised and returns its state.
    pub async fn sync_stock(&mut self) -> Option<Vec<u8>> {
        let Self::Server(backend) = self else {
            return None;
        };
        for verb in ["disconnect", "connect", "synced", "barrier"] {
            backend.stock.run(STOCK, verb, json!({})).await;
        }
        let outcome = backend.stock.run(STOCK, "update", json!({})).await;
        BASE64_STANDARD.decode(outcome["update"].as_str()?).ok()
    }

    /// Returns the server's state of an article.
    pub async fn state(&self, article: usize) -> Vec<u8> {
        match self {
            Self::Rooms(backend) => {
                let whole = |doc: &yrs::Doc| {
                    let txn = doc.transact();
                    txn.encode_state_as_update_v1(&StateVector::default())
                };
                let article = backend.articles[article];
                backend.rooms.read_with(article, whole).await.unwrap()
            }
            Self::Server(_) => {
                let mut reader = SimulatedClient::new(0, article, 1);
                reader.sync(self).await;
                let txn = reader.doc.transact();
                txn.encode_state_as_update_v1(&StateVector::default())
            }
        }
    }

    /// Returns whose letters the article contains, according to the server.
    pub async fn credits(&self, article: usize) -> Credits {
        let mut credits = Credits::new();
        let mut credit = |person: Option<usize>, text: &str| {
            credits.entry(person).or_default().push_str(text);
        };
        match self {
            Self::Rooms(backend) => {
                let outcome = backend.rooms.attribution(backend.articles[article]).await;
                let sections = outcome.unwrap();
                let lines = sections.iter().flat_map(|section| &section.lines);
                for run in lines.flatten() {
                    let number = |id| backend.people.iter().position(|person| *person == id);
                    credit(run.person.and_then(number), &run.text);
                }
            }
            Self::Server(backend) => {
                let path = format!("articles/{}/draft/attribution", backend.articles[article]);
                let outcome = backend.server.get(&backend.people[0], &path).await;
                let list = |value: &Value| value.as_array().unwrap().clone();
                for section in list(&outcome["sections"]) {
                    for run in list(&section["lines"]).iter().flat_map(list) {
                        let id = run["person"].as_str();
                        let number = id.and_then(|id| backend.ids.iter().position(|own| own == id));
                        credit(number, run["text"].as_str().unwrap());
                    }
                }
            }
        }
        credits
    }

    /// Returns the server's clock of each client.
    pub async fn clocks(&self, article: usize) -> Clocks {
        use yrs::updates::decoder::Decode;
        let update = yrs::Update::decode_v1(&self.state(article).await).unwrap();
        let doc = lectern_document::new_doc(None);
        doc.transact_mut().apply_update(update).unwrap();
        let vector = doc.transact().state_vector();
        vector
            .iter()
            .map(|(client, clock)| (client.get(), *clock))
            .collect()
    }
}
