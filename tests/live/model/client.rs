//! A simulated client: writes with yrs over a connection that delays, breaks and loses frames.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::timeout;
use yrs::types::ToJson;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, Array, Doc, GetString, Map, ReadTxn, StateVector, Text as _, Transact, TransactionMut,
    Update, XmlElementPrelim, XmlFragment, XmlFragmentRef, XmlOut, XmlTextPrelim, XmlTextRef,
};

use lectern_test_support::{Received, Wire, framed, var_buffer, var_uint};

use super::backend::{Backend, BackendWire};

const PATIENCE: Duration = Duration::from_secs(30);

/// The clock after the last known insertion of each client.
pub type Clocks = HashMap<u64, u32>;

/// One page of one person.
pub struct SimulatedClient {
    pub person: usize,
    pub article: usize,
    pub doc: Doc,
    wire: Option<BackendWire>,
    /// Frames on their way to the server and from it. They are lost when the connection breaks.
    outgoing: VecDeque<Bytes>,
    incoming: VecDeque<Bytes>,
    /// Whether the server's step 1 has been answered with everything it lacked.
    offered: bool,
    barriers: u64,
    /// The clock that is on disk once each barrier comes back.
    pending: HashMap<u64, u32>,
    acknowledged: u32,
}

impl SimulatedClient {
    /// Creates a page that has not been opened before.
    pub fn new(person: usize, article: usize, id: u32) -> Self {
        Self {
            person,
            article,
            doc: lectern_document::new_doc(Some(id.into())),
            wire: None,
            outgoing: VecDeque::new(),
            incoming: VecDeque::new(),
            offered: false,
            barriers: 0,
            pending: HashMap::new(),
            acknowledged: 0,
        }
    }

    pub fn is_connected(&self) -> bool {
        self.wire.is_some()
    }

    /// Connects, if the server accepts connections at the moment.
    pub async fn connect(&mut self, backend: &Backend) {
        self.disconnect();
        self.wire = backend.connect(self.person, self.article).await;
        if self.wire.is_some() {
            let vector = self.doc.transact().state_vector().encode_v1();
            self.outgoing.push_back(framed(&[0, 0], &vector).into());
        }
    }

    /// Breaks the connection. Frames in flight are lost.
    pub fn disconnect(&mut self) {
        self.wire = None;
        self.outgoing.clear();
        self.incoming.clear();
        self.pending.clear();
        self.offered = false;
    }

    /// Makes a random edit in the letter of its person.
    pub fn edit(&mut self, rng: &mut StdRng) {
        let letter = char::from(b'a' + u8::try_from(self.person).unwrap());
        let update = {
            // Roots are created first, as creating one takes a transaction of its own.
            let roots = Roots::of(&self.doc);
            let mut txn = self.doc.transact_mut();
            write(&roots, &mut txn, letter, rng);
            txn.encode_update_v1()
        };
        if self.wire.is_some() {
            self.outgoing.push_back(framed(&[0, 2], &update).into());
        }
    }

    /// Sends a barrier, unless something before it has not been sent.
    pub fn send_barrier(&mut self) {
        if !self.offered {
            return;
        }
        self.barriers += 1;
        self.pending.insert(self.barriers, self.clock());
        let label = self.barriers.to_string();
        self.outgoing
            .push_back(framed(&[102], label.as_bytes()).into());
    }

    /// Delivers some frames to the server.
    pub async fn push(&mut self, frames: usize) {
        for _ in 0..frames {
            if let (Some(line), Some(frame)) = (&mut self.wire, self.outgoing.pop_front()) {
                line.send(frame).await;
            }
        }
    }

    /// Receives what has arrived, and handles some of it.
    pub async fn pull(&mut self, frames: usize) {
        while let Some(line) = &mut self.wire {
            match timeout(Duration::ZERO, line.next()).await {
                Ok(Received::Frame(frame)) => self.incoming.push_back(frame),
                Ok(Received::Closed(code, reason)) => return self.closed(code, &reason),
                Err(_) => break,
            }
        }
        for _ in 0..frames {
            if let Some(frame) = self.incoming.pop_front() {
                self.handle_frame(&frame);
            }
        }
    }

    /// Reconnects if needed, and waits until everything it wrote is on disk and everything before
    /// that is read.
    pub async fn sync(&mut self, backend: &Backend) {
        loop {
            if self.wire.is_none() {
                self.connect(backend).await;
            }
            if self.try_sync().await {
                return;
            }
        }
    }

    /// Returns whether everything was exchanged before the connection broke.
    async fn try_sync(&mut self) -> bool {
        let mut wanted = None;
        loop {
            if self.offered && wanted.is_none() {
                self.send_barrier();
                wanted = Some(self.barriers);
            }
            self.push(self.outgoing.len()).await;
            while let Some(frame) = self.incoming.pop_front() {
                self.handle_frame(&frame);
            }
            let answered = wanted.is_some_and(|label| !self.pending.contains_key(&label));
            let Some(line) = &mut self.wire else {
                return false;
            };
            if answered {
                return true;
            }
            let received = timeout(PATIENCE, line.next()).await;
            match received.unwrap_or_else(|_| panic!("{} timed out", self.person)) {
                Received::Frame(frame) => self.incoming.push_back(frame),
                Received::Closed(code, reason) => self.closed(code, &reason),
            }
        }
    }

    fn closed(&mut self, code: u16, reason: &str) {
        assert!(
            [1006, 1012, 1013].contains(&code),
            "{} was sent away: {code} {reason}",
            self.person
        );
        self.disconnect();
    }

    fn handle_frame(&mut self, frame: &[u8]) {
        let mut rest = frame;
        match var_uint(&mut rest) {
            0 => {
                let kind = var_uint(&mut rest);
                let body = var_buffer(&mut rest);
                if kind == 0 {
                    let known = StateVector::decode_v1(body).unwrap();
                    let lacking = self.doc.transact().encode_diff_v1(&known);
                    self.outgoing.push_back(framed(&[0, 1], &lacking).into());
                    self.offered = true;
                } else {
                    let update = Update::decode_v1(body).unwrap();
                    self.doc.transact_mut().apply_update(update).unwrap();
                }
            }
            102 => {
                let label = std::str::from_utf8(var_buffer(&mut rest)).unwrap();
                let label: u64 = label.parse().unwrap();
                // An answer implies all earlier barriers.
                self.acknowledged = self.acknowledged.max(self.pending[&label]);
                self.pending.retain(|other, _| *other > label);
            }
            _ => {}
        }
    }

    fn clock(&self) -> u32 {
        let vector = self.doc.transact().state_vector();
        vector.get(&self.doc.client_id())
    }

    /// Records what must never be lost: what was acknowledged, and what was seen of others.
    pub fn record_known(&self, known: &mut Clocks) {
        let mut record = |client: u64, clock: u32| {
            let noted = known.entry(client).or_default();
            *noted = clock.max(*noted);
        };
        record(self.doc.client_id().get(), self.acknowledged);
        for (client, clock) in self.doc.transact().state_vector().iter() {
            if *client != self.doc.client_id() {
                record(client.get(), *clock);
            }
        }
    }
}

/// The root types that are edited.
struct Roots {
    title: yrs::TextRef,
    body: XmlFragmentRef,
    fields: yrs::MapRef,
    order: yrs::ArrayRef,
}

impl Roots {
    fn of(doc: &Doc) -> Self {
        Self {
            title: doc.get_or_insert_text("title"),
            body: doc.get_or_insert_xml_fragment("section:lead"),
            fields: doc.get_or_insert_map("fields"),
            order: doc.get_or_insert_array("order"),
        }
    }
}

/// Everything a document says: title, section, fields, order.
pub type Content = (String, String, Any, Any);

pub fn content_of(doc: &Doc) -> Content {
    let roots = Roots::of(doc);
    let txn = doc.transact();
    (
        roots.title.get_string(&txn),
        roots.body.get_string(&txn),
        roots.fields.to_json(&txn),
        roots.order.to_json(&txn),
    )
}

fn write(roots: &Roots, txn: &mut TransactionMut<'_>, letter: char, rng: &mut StdRng) {
    let letters: String = std::iter::repeat_n(letter, rng.random_range(1..6)).collect();
    let body = &roots.body;
    match rng.random_range(0..20) {
        0..3 => {
            let at = rng.random_range(0..=roots.title.len(txn));
            roots.title.insert(txn, at, &letters);
        }
        3..6 => {
            let at = rng.random_range(0..=body.len(txn));
            let paragraph = body.insert(txn, at, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(txn, XmlTextPrelim::new(letters));
        }
        6 if body.len(txn) > 3 => {
            let at = rng.random_range(0..body.len(txn));
            body.remove_range(txn, at, 1);
        }
        7 => drop(roots.fields.insert(txn, "owner", letters)),
        8 => {
            roots.order.push_back(txn, letters);
        }
        9 => {
            let length = roots.title.len(txn).min(2);
            roots.title.remove_range(txn, 0, length);
        }
        kind => {
            let Some(text) = some_text(body, txn, rng) else {
                let paragraph = body.push_back(txn, XmlElementPrelim::empty("paragraph"));
                paragraph.push_back(txn, XmlTextPrelim::new(letters));
                return;
            };
            let length = text.len(txn);
            let at = rng.random_range(0..=length);
            let span = rng.random_range(0..=(length - at).min(4));
            match kind {
                10..13 => text.remove_range(txn, at, span),
                13 => {
                    let bold = std::iter::once(("bold".into(), Any::Bool(true)));
                    text.format(txn, at, span, bold.collect());
                }
                _ => text.insert(txn, at, &letters),
            }
        }
    }
}

fn some_text(
    body: &XmlFragmentRef,
    txn: &TransactionMut<'_>,
    rng: &mut StdRng,
) -> Option<XmlTextRef> {
    if body.len(txn) == 0 {
        return None;
    }
    let paragraph = body.get(txn, rng.random_range(0..body.len(txn)));
    match paragraph {
        Some(XmlOut::Element(paragraph)) => match paragraph.get(txn, 0) {
            Some(XmlOut::Text(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
