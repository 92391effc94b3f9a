//! Somebody who writes with yrs over a line that delays, cuts and loses.

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

use crate::peer::{Received, Wire, buffer, framed, integer};
use crate::place::{Line, Place};

const PATIENCE: Duration = Duration::from_secs(30);

/// How far each client's writing is known of: the clock behind its last letter.
pub type Clocks = HashMap<u64, u32>;

/// One page of one person.
pub struct Client {
    pub person: usize,
    pub article: usize,
    pub doc: Doc,
    line: Option<Line>,
    /// Frames on their way to the server, and from it; a line that is cut loses them.
    up: VecDeque<Bytes>,
    down: VecDeque<Bytes>,
    /// The server's question has been answered with all that it lacked.
    offered: bool,
    barriers: u64,
    /// What is on disk once a barrier comes back.
    asked: HashMap<u64, u32>,
    acknowledged: u32,
}

impl Client {
    /// A page that has not been opened before.
    pub fn new(person: usize, article: usize, id: u32) -> Self {
        Self {
            person,
            article,
            doc: lectern_document::new_doc(Some(id.into())),
            line: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            offered: false,
            barriers: 0,
            asked: HashMap::new(),
            acknowledged: 0,
        }
    }

    pub fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// Connects, if the server lets anybody in at present.
    pub async fn connect(&mut self, place: &Place) {
        self.cut();
        self.line = place.connect(self.person, self.article).await;
        if self.line.is_some() {
            let vector = self.doc.transact().state_vector().encode_v1();
            self.up.push_back(framed(&[0, 0], &vector).into());
        }
    }

    /// The line breaks; what was on its way is lost.
    pub fn cut(&mut self) {
        self.line = None;
        self.up.clear();
        self.down.clear();
        self.asked.clear();
        self.offered = false;
    }

    /// Writes something in the letter of its person.
    pub fn edit(&mut self, chance: &mut StdRng) {
        let letter = char::from(b'a' + u8::try_from(self.person).unwrap());
        let update = {
            // Roots are made before the transaction: making one takes a transaction of its own.
            let roots = Roots::of(&self.doc);
            let mut txn = self.doc.transact_mut();
            write(&roots, &mut txn, letter, chance);
            txn.encode_update_v1()
        };
        if self.line.is_some() {
            self.up.push_back(framed(&[0, 2], &update).into());
        }
    }

    /// Asks for word that everything so far is on disk, once everything has been sent.
    pub fn ask(&mut self) {
        if !self.offered {
            return;
        }
        self.barriers += 1;
        self.asked.insert(self.barriers, self.clock());
        let label = self.barriers.to_string();
        self.up.push_back(framed(&[102], label.as_bytes()).into());
    }

    /// Lets some frames through to the server.
    pub async fn push(&mut self, frames: usize) {
        for _ in 0..frames {
            if let (Some(line), Some(frame)) = (&mut self.line, self.up.pop_front()) {
                line.send(frame).await;
            }
        }
    }

    /// Takes what has arrived, and reads some of it.
    pub async fn pull(&mut self, frames: usize) {
        while let Some(line) = &mut self.line {
            match timeout(Duration::ZERO, line.next()).await {
                Ok(Received::Frame(frame)) => self.down.push_back(frame),
                Ok(Received::Closed(code, reason)) => return self.closed(code, &reason),
                Err(_) => break,
            }
        }
        for _ in 0..frames {
            if let Some(frame) = self.down.pop_front() {
                self.hear(&frame);
            }
        }
    }

    /// Comes back if need be, and waits until all it wrote is on disk and all before is read.
    pub async fn catch_up(&mut self, place: &Place) {
        loop {
            if self.line.is_none() {
                self.connect(place).await;
            }
            if self.settle().await {
                return;
            }
        }
    }

    /// Says whether everything was exchanged before the line broke.
    async fn settle(&mut self) -> bool {
        let mut wanted = None;
        loop {
            if self.offered && wanted.is_none() {
                self.ask();
                wanted = Some(self.barriers);
            }
            self.push(self.up.len()).await;
            while let Some(frame) = self.down.pop_front() {
                self.hear(&frame);
            }
            let answered = wanted.is_some_and(|label| !self.asked.contains_key(&label));
            let Some(line) = &mut self.line else {
                return false;
            };
            if answered {
                return true;
            }
            let received = timeout(PATIENCE, line.next()).await;
            match received.unwrap_or_else(|_| panic!("{} waited in vain", self.person)) {
                Received::Frame(frame) => self.down.push_back(frame),
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
        self.cut();
    }

    fn hear(&mut self, frame: &[u8]) {
        let mut rest = frame;
        match integer(&mut rest) {
            0 => {
                let kind = integer(&mut rest);
                let body = buffer(&mut rest);
                if kind == 0 {
                    let known = StateVector::decode_v1(body).unwrap();
                    let lacking = self.doc.transact().encode_diff_v1(&known);
                    self.up.push_back(framed(&[0, 1], &lacking).into());
                    self.offered = true;
                } else {
                    let update = Update::decode_v1(body).unwrap();
                    self.doc.transact_mut().apply_update(update).unwrap();
                }
            }
            102 => {
                let label = std::str::from_utf8(buffer(&mut rest)).unwrap();
                let label: u64 = label.parse().unwrap();
                // An answer implies all before it.
                self.acknowledged = self.acknowledged.max(self.asked[&label]);
                self.asked.retain(|other, _| *other > label);
            }
            _ => {}
        }
    }

    fn clock(&self) -> u32 {
        let vector = self.doc.transact().state_vector();
        vector.get(&self.doc.client_id())
    }

    /// Notes what may never be missing: what was acknowledged, and what was seen of others.
    pub fn note(&self, known: &mut Clocks) {
        let mut note = |client: u64, clock: u32| {
            let noted = known.entry(client).or_default();
            *noted = clock.max(*noted);
        };
        note(self.doc.client_id().get(), self.acknowledged);
        for (client, clock) in self.doc.transact().state_vector().iter() {
            if *client != self.doc.client_id() {
                note(client.get(), *clock);
            }
        }
    }
}

/// The parts of a document that are written.
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

/// All that a document says: title, section, fields, order.
pub type Text = (String, String, Any, Any);

pub fn everything(doc: &Doc) -> Text {
    let roots = Roots::of(doc);
    let txn = doc.transact();
    (
        roots.title.get_string(&txn),
        roots.body.get_string(&txn),
        roots.fields.to_json(&txn),
        roots.order.to_json(&txn),
    )
}

fn write(roots: &Roots, txn: &mut TransactionMut<'_>, letter: char, chance: &mut StdRng) {
    let letters: String = std::iter::repeat_n(letter, chance.random_range(1..6)).collect();
    let body = &roots.body;
    match chance.random_range(0..20) {
        0..3 => {
            let at = chance.random_range(0..=roots.title.len(txn));
            roots.title.insert(txn, at, &letters);
        }
        3..6 => {
            let at = chance.random_range(0..=body.len(txn));
            let paragraph = body.insert(txn, at, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(txn, XmlTextPrelim::new(letters));
        }
        6 if body.len(txn) > 3 => {
            let at = chance.random_range(0..body.len(txn));
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
            let Some(text) = some_text(body, txn, chance) else {
                let paragraph = body.push_back(txn, XmlElementPrelim::empty("paragraph"));
                paragraph.push_back(txn, XmlTextPrelim::new(letters));
                return;
            };
            let length = text.len(txn);
            let at = chance.random_range(0..=length);
            let span = chance.random_range(0..=(length - at).min(4));
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
    chance: &mut StdRng,
) -> Option<XmlTextRef> {
    if body.len(txn) == 0 {
        return None;
    }
    let paragraph = body.get(txn, chance.random_range(0..body.len(txn)));
    match paragraph {
        Some(XmlOut::Element(paragraph)) => match paragraph.get(txn, 0) {
            Some(XmlOut::Text(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
