//! Where people write: rooms in this process, whose disk can fail, or the real server, which can be
//! killed.

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
use lectern_store::{self as store, FaultPoint, Faults, Store};

use crate::client::{Client, Clocks};
use crate::node::Node;
use crate::peer::{Received, Wire};
use crate::server::{Person, Server};
use crate::socket::Socket;
use crate::support::{Direct, eventually, participant, quick, seed};

/// The name of the client that stands on Yjs.
const STOCK: &str = "stock";
/// Places of a commit at which the disk fails in turn.
const POINTS: [FaultPoint; 2] = [FaultPoint::BeforeWrite, FaultPoint::AfterWrite];

/// A way to either.
pub enum Line {
    Inside(Direct),
    Outside(Socket),
}

impl Wire for Line {
    async fn send(&mut self, frame: Bytes) {
        match self {
            Self::Inside(line) => line.send(frame).await,
            Self::Outside(line) => line.send(frame).await,
        }
    }

    async fn next(&mut self) -> Received {
        match self {
            Self::Inside(line) => line.next().await,
            Self::Outside(line) => line.next().await,
        }
    }
}

/// Whose letters stand in an article's sections: for each person, all they are said to have written.
pub type Credits = BTreeMap<Option<usize>, String>;

pub enum Place {
    Inside(Inside),
    Outside(Outside),
}

/// Rooms over a store in this process.
pub struct Inside {
    rooms: Arc<Rooms>,
    store: Store,
    dir: TempDir,
    weather: Weather,
    people: Vec<PersonId>,
    articles: Vec<ArticleId>,
}

/// Whether the disk fails at present, and where.
#[derive(Clone, Default)]
struct Weather {
    bad: Arc<AtomicBool>,
    strikes: Arc<AtomicUsize>,
}

impl Weather {
    fn faults(&self) -> Faults {
        let weather = self.clone();
        Faults::at(move |point| {
            let struck = weather.strikes.load(Ordering::SeqCst) % POINTS.len();
            let fails = weather.bad.load(Ordering::SeqCst)
                && (point == POINTS[struck] || point == FaultPoint::BeforeMending);
            match fails {
                true => Err(Error::from(ErrorKind::StorageFull)),
                false => Ok(()),
            }
        })
    }
}

impl Inside {
    pub async fn open(people: usize, articles: usize) -> Self {
        let (dir, weather) = (TempDir::new().unwrap(), Weather::default());
        let store = store::open_with(dir.path(), weather.faults()).unwrap();
        let articles: Vec<_> = (0..articles).map(|_| ArticleId::new()).collect();
        for article in &articles {
            let first = vec![first().encode().into()];
            store.append(&Edit::log(*article), first).await.unwrap();
        }
        Self {
            rooms: rooms(&store),
            store,
            dir,
            weather,
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
            weather,
            people,
            articles,
        } = self;
        drop((old, closing));
        let store = eventually("the directory to be free", || async {
            store::open_with(dir.path(), weather.faults()).ok()
        })
        .await;
        self = Self {
            rooms: rooms(&store),
            store,
            dir,
            weather,
            people,
            articles,
        };
        self
    }
}

/// A draft with one section.
fn first() -> Edit {
    let doc = lectern_document::new_doc(None);
    let order = doc.get_or_insert_array("order");
    let mut txn = doc.transact_mut();
    order.push_back(&mut txn, "lead");
    Edit {
        clients: vec![doc.client_id().get()],
        update: txn.encode_update_v1(),
        ..seed()
    }
}

fn rooms(store: &Store) -> Arc<Rooms> {
    let settings = LiveSettings {
        compact_after: 20,
        // A few strokes that somebody does not read are too many.
        queue_limit: 600,
        ..quick()
    };
    Rooms::new(store.clone(), Arc::new(SystemClock), settings)
}

/// The real server, with a stock y-websocket client of the first person in the first article.
pub struct Outside {
    server: Server,
    stock: Node,
    people: Vec<Person>,
    ids: Vec<String>,
    articles: Vec<String>,
}

impl Outside {
    pub async fn open(people: usize, articles: usize) -> Self {
        let mut server = Server::prepare();
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

impl Place {
    /// A way in, if anybody is let in at present.
    pub async fn connect(&self, person: usize, article: usize) -> Option<Line> {
        match self {
            Self::Inside(place) => {
                let who = participant(place.people[person], Rights::Write);
                let joined = place.rooms.join(place.articles[article], who).await;
                joined.ok().map(|found| Line::Inside(Direct::over(found)))
            }
            Self::Outside(place) => {
                let address = format!("{}/{}", place.server.collab(), place.articles[article]);
                let token = &place.people[person].token;
                let bearer = [("authorization", format!("Bearer {token}"))];
                let line = Socket::connect(&address, &bearer).await;
                line.ok().map(Line::Outside)
            }
        }
    }

    /// Lets the disk fail from now on, or work again; rooms of the real server have a good one.
    pub async fn weather(&self, bad: bool) {
        let Self::Inside(place) = self else { return };
        place.weather.strikes.fetch_add(1, Ordering::SeqCst);
        place.weather.bad.store(bad, Ordering::SeqCst);
        if !bad {
            eventually("the disk to take data again", || async {
                place.store.disk().await.ok()
            })
            .await;
        }
    }

    /// Ends the server and starts it over the same directory: in order, or as `kill -9` does.
    pub async fn restart(self) -> Self {
        match self {
            Self::Inside(place) => Self::Inside(place.restart().await),
            Self::Outside(mut place) => {
                place.server.kill();
                place.server.start().await;
                place.stock.run(STOCK, "disconnect", json!({})).await;
                place.stock.run(STOCK, "connect", json!({})).await;
                Self::Outside(place)
            }
        }
    }

    /// Lets the stock client write, connected or not.
    pub async fn stock_writes(&mut self, letters: &str, at: u32) {
        if let Self::Outside(place) = self {
            let edit = json!({ "kind": "paragraph", "section": "lead", "at": at, "text": letters });
            let edits = json!({ "edits": [edit] });
            place.stock.run(STOCK, "edit", edits).await;
        }
    }

    /// Waits until the stock client has exchanged everything; returns what it holds.
    pub async fn stock_catches_up(&mut self) -> Option<Vec<u8>> {
        let Self::Outside(place) = self else {
            return None;
        };
        for verb in ["disconnect", "connect", "synced", "barrier"] {
            place.stock.run(STOCK, verb, json!({})).await;
        }
        let told = place.stock.run(STOCK, "update", json!({})).await;
        BASE64_STANDARD.decode(told["update"].as_str()?).ok()
    }

    /// What the server holds of an article.
    pub async fn state(&self, article: usize) -> Vec<u8> {
        match self {
            Self::Inside(place) => {
                let whole = |doc: &yrs::Doc| {
                    let txn = doc.transact();
                    txn.encode_state_as_update_v1(&StateVector::default())
                };
                let article = place.articles[article];
                place.rooms.read_with(article, whole).await.unwrap()
            }
            Self::Outside(_) => {
                let mut reader = Client::new(0, article, 1);
                reader.catch_up(self).await;
                let txn = reader.doc.transact();
                txn.encode_state_as_update_v1(&StateVector::default())
            }
        }
    }

    /// Whose letters stand where, as the server tells it.
    pub async fn credits(&self, article: usize) -> Credits {
        let mut credits = Credits::new();
        let mut credit = |person: Option<usize>, text: &str| {
            credits.entry(person).or_default().push_str(text);
        };
        match self {
            Self::Inside(place) => {
                let told = place.rooms.attribution(place.articles[article]).await;
                let sections = told.unwrap();
                let lines = sections.iter().flat_map(|section| &section.lines);
                for run in lines.flatten() {
                    let number = |id| place.people.iter().position(|person| *person == id);
                    credit(run.person.and_then(number), &run.text);
                }
            }
            Self::Outside(place) => {
                let path = format!("articles/{}/draft/attribution", place.articles[article]);
                let told = place.server.get(&place.people[0], &path).await;
                let list = |value: &Value| value.as_array().unwrap().clone();
                for section in list(&told["sections"]) {
                    for run in list(&section["lines"]).iter().flat_map(list) {
                        let id = run["person"].as_str();
                        let number = id.and_then(|id| place.ids.iter().position(|own| own == id));
                        credit(number, run["text"].as_str().unwrap());
                    }
                }
            }
        }
        credits
    }

    /// How far the server knows of each client.
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
