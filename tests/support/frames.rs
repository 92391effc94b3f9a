//! Replays arbitrary bytes as the frames of four people in one article. Whatever they send must not
//! crash the process, keep an honest person from writing, or leave anything on disk that differs
//! from memory.
//!
//! The fuzzer (`fuzz/`) makes up the bytes; `tests/live/rooms/corpus.rs` replays those it found
//! interesting.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempDir;
use yrs::types::ToJson;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, Array, Doc, GetString, Map, ReadTxn, Text, Transact, TransactionMut, WriteTxn,
    XmlElementPrelim, XmlFragment, XmlTextPrelim,
};

use lectern_article::Edit;
use lectern_base::{ArticleId, PersonId};
use lectern_document::new_doc;
use lectern_live::{LiveSettings, Rights};
use lectern_store::{self as store, Store};

use super::peer::{Wire, framed};
use super::rooms::{InProcessWire, TestRooms, seed_edit, short_delays};

/// What each of the people may do.
const RIGHTS: [Rights; PEOPLE] = [Rights::Write, Rights::Write, Rights::Suggest, Rights::Read];
const PEOPLE: usize = 4;
/// The most turns replayed. Later ones would only repeat.
const TURNS: usize = 64;

/// A store in which every replay gets an article of its own.
pub struct FrameReplay {
    store: Store,
    dir: Arc<TempDir>,
}

impl FrameReplay {
    /// Opens a store below `folder`.
    pub fn below(folder: &Path) -> Self {
        let dir = TempDir::new_in(folder).expect("a folder");
        let store = store::open(dir.path()).expect("a store");
        let dir = Arc::new(dir);
        Self { store, dir }
    }

    fn rooms(&self, article: ArticleId) -> TestRooms {
        let settings = LiveSettings {
            compact_after: 8,
            ..short_delays()
        };
        TestRooms::with_article(settings, self.store.clone(), self.dir.clone(), article)
    }

    /// Replays the bytes and checks what is left.
    pub async fn play(&self, bytes: &[u8]) {
        let article = ArticleId::new();
        let first = vec![seed_edit().encode().into()];
        self.store
            .append(&Edit::log(article), first)
            .await
            .expect("a draft");
        let fixture = self.rooms(article);
        let ids: Vec<_> = (0..PEOPLE).map(|_| PersonId::new()).collect();
        let mut wires: Vec<Option<InProcessWire>> = (0..PEOPLE).map(|_| None).collect();
        for (person, frame) in turns(bytes) {
            let wire = match wires[person].take() {
                Some(wire) if frame.is_some() => wire,
                _ => fixture
                    .wire(ids[person], RIGHTS[person])
                    .await
                    .expect("a way in"),
            };
            let wire = wires[person].insert(wire);
            if let Some(frame) = frame {
                wire.send(frame).await;
            }
            wire.arrived().await;
        }
        let mut honest = fixture.writer(PersonId::new()).await;
        honest.type_title(0, "!").await;
        honest.barrier().await;
        let other = fixture.reader(PersonId::new()).await;
        assert_eq!(other.title(), honest.title(), "two people see the same");
        assert!(honest.title().starts_with('!'));
        let live = fixture
            .rooms
            .read_with(article, everything)
            .await
            .expect("the draft");
        drop((honest, other, wires));
        fixture.rooms.shutdown().await;
        let cold = self.rooms(article);
        let kept = cold
            .rooms
            .read_with(article, everything)
            .await
            .expect("the draft again");
        assert_eq!(kept, live, "the disk holds what was shown");
        cold.rooms.shutdown().await;
    }
}

/// Reads turns: the person (last two bits of the first byte), whether they reconnect (the next
/// bit), the length of the frame (two bytes), the frame.
fn turns(mut bytes: &[u8]) -> impl Iterator<Item = (usize, Option<Bytes>)> {
    std::iter::from_fn(move || {
        let [head, low, high, rest @ ..] = bytes else {
            return None;
        };
        let person = usize::from(*head) % PEOPLE;
        if head & 4 != 0 {
            bytes = &bytes[1..];
            return Some((person, None));
        }
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (frame, rest) = rest.split_at(length);
        bytes = rest;
        Some((person, Some(Bytes::copy_from_slice(frame))))
    })
    .take(TURNS)
}

/// Everything a document says, and its state vector.
fn everything(doc: &Doc) -> (Vec<u8>, String, Any, Any, String) {
    let (title, order) = (
        doc.get_or_insert_text("title"),
        doc.get_or_insert_array("order"),
    );
    let (fields, lead) = (
        doc.get_or_insert_map("fields"),
        doc.get_or_insert_xml_fragment("section:lead"),
    );
    let txn = doc.transact();
    // Sorted by client id, as the encoding of a map has no order.
    let vector = txn.state_vector();
    let mut clocks: Vec<_> = vector
        .iter()
        .map(|(client, clock)| (client.get(), *clock))
        .collect();
    clocks.sort_unstable();
    let clocks = clocks
        .into_iter()
        .flat_map(|(client, clock)| client.to_be_bytes().into_iter().chain(clock.to_be_bytes()));
    (
        clocks.collect(),
        title.get_string(&txn),
        order.to_json(&txn),
        fields.to_json(&txn),
        lead.get_string(&txn),
    )
}

/// The initial corpus of the fuzzer: messages of honest clients, with every kind of content.
pub fn seed_inputs() -> Vec<Vec<u8>> {
    let doc = new_doc(Some(7));
    let edits: [fn(&mut TransactionMut<'_>); 7] = [
        |txn| txn.get_or_insert_text("title").insert(txn, 0, "Seed "),
        |txn| txn.get_or_insert_text("title").remove_range(txn, 1, 2),
        |txn| {
            let lead = txn.get_or_insert_xml_fragment("section:lead");
            let paragraph = lead.push_back(txn, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(txn, XmlTextPrelim::new("Text with marks"));
        },
        |txn| {
            let lead = txn.get_or_insert_xml_fragment("section:lead");
            lead.insert(txn, 0, XmlElementPrelim::empty("horizontalRule"));
        },
        |txn| {
            let fields = txn.get_or_insert_map("fields");
            fields.insert(txn, "owner", "Ada");
            fields.insert(txn, "owner", 1.5);
        },
        |txn| {
            let order = txn.get_or_insert_array("order");
            order.insert(txn, 0, true);
            order.insert(txn, 1, Any::Null);
        },
        |txn| {
            txn.get_or_insert_xml_fragment("section:lead")
                .remove(txn, 0)
        },
    ];
    let mut updates = Vec::new();
    for edit in edits {
        let mut txn = doc.transact_mut();
        edit(&mut txn);
        updates.push(framed(&[0, 2], &txn.encode_update_v1()));
    }
    let txn = doc.transact();
    let whole = framed(&[0, 1], &txn.encode_diff_v1(&yrs::StateVector::default()));
    let asked = framed(&[0, 0], &txn.state_vector().encode_v1());
    let empty = framed(&[0, 0], &[0]);
    let barrier = framed(&[102], b"1");
    let caret = {
        let mut entries = vec![1, 7, 1];
        entries.extend(framed(&[], br#"{"caret":3}"#));
        framed(&[1], &entries)
    };
    let backwards: Vec<_> = updates.iter().rev().cloned().collect();
    let mixed = vec![
        empty.clone(),
        whole.clone(),
        caret,
        vec![3],
        asked,
        barrier.clone(),
    ];
    let foreign: Vec<u8> = [turn(0, &updates[0]), turn(1, &updates[1]), turn(3, &whole)].concat();
    let mut deep = vec![1, 1, 7, 0, 8, 1, 5];
    deep.extend(b"order");
    deep.push(1);
    deep.extend([117, 1].repeat(2_000));
    deep.extend([126, 0]);
    let huge_id = [
        0, 2, 14, 1, 1, 255, 255, 255, 255, 255, 255, 255, 31, 0, 4, 1, 0, 0,
    ];
    let mut all = vec![
        in_turn(&updates),
        in_turn(&backwards),
        in_turn(&mixed),
        foreign,
        turn(0, &framed(&[0, 2], &deep)),
        turn(0, &huge_id),
        turn(1, &whole[..whole.len() / 2]),
        [vec![4], turn(0, &updates[0]), vec![4], turn(0, &barrier)].concat(),
    ];
    all.extend(updates.iter().map(|update| turn(0, update)));
    all
}

fn in_turn(frames: &[Vec<u8>]) -> Vec<u8> {
    frames.iter().flat_map(|frame| turn(0, frame)).collect()
}

fn turn(person: u8, frame: &[u8]) -> Vec<u8> {
    let length = u16::try_from(frame.len())
        .expect("a short frame")
        .to_le_bytes();
    [&[person], &length[..], frame].concat()
}
