//! A Yjs client for tests: one document, one wire, and waits that time out.
//!
//! Frames are read only during a wait (`synced`, `until`, `barrier` and the like), so a test
//! decides what happens when.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::timeout;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, GetString, ReadTxn, StateVector, Text, Transact, TransactionMut, Update};

const PATIENCE: Duration = Duration::from_secs(30);

/// What the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// One binary frame.
    Frame(Bytes),
    /// The end, with its code and reason.
    Closed(u16, String),
}

/// A way to reach the server.
pub trait Wire {
    /// Sends one binary frame. A closed wire discards it.
    fn send(&mut self, frame: Bytes) -> impl Future<Output = ()>;
    /// Waits for the next frame or the end.
    fn next(&mut self) -> impl Future<Output = Received>;
}

/// A client with its document.
pub struct Peer<W> {
    /// The document.
    pub doc: Doc,
    /// The presence of every client, by client id.
    pub presence: HashMap<u64, Value>,
    /// The news it received.
    pub news: Vec<String>,
    wire: W,
    synced: bool,
    echoed: Vec<Bytes>,
    barriers: u32,
    clock: u64,
    closed: Option<(u16, String)>,
}

impl<W: Wire> Peer<W> {
    /// Connects with a new document.
    pub async fn connect(wire: W) -> Self {
        Self::reconnect(wire, lectern_doc()).await
    }

    /// Connects with a document that already has content.
    pub async fn reconnect(wire: W, doc: Doc) -> Self {
        let mut peer = Self {
            doc,
            presence: HashMap::new(),
            wire,
            synced: false,
            echoed: Vec::new(),
            news: Vec::new(),
            barriers: 0,
            clock: 0,
            closed: None,
        };
        let vector = peer.doc.transact().state_vector().encode_v1();
        peer.send(&[0, 0], &vector).await;
        peer
    }

    /// Waits until the server has sent everything.
    pub async fn synced(mut self) -> Self {
        self.wait("the server to synchronise", |peer| peer.synced)
            .await;
        self
    }

    /// Types into the title.
    pub async fn type_title(&mut self, at: u32, text: &str) {
        let title = self.doc.get_or_insert_text("title");
        self.edit(|txn| title.insert(txn, at, text)).await;
    }

    /// Changes the document and sends the change.
    pub async fn edit(&mut self, change: impl FnOnce(&mut TransactionMut<'_>)) {
        let update = self.edit_offline(change);
        self.send(&[0, 2], &update).await;
    }

    /// Changes the document without sending the change, and returns it.
    pub fn edit_offline(&mut self, change: impl FnOnce(&mut TransactionMut<'_>)) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        change(&mut txn);
        txn.encode_update_v1()
    }

    /// Announces a presence state.
    pub async fn announce(&mut self, state: &Value) {
        self.clock += 1;
        let mut body = vec![1];
        put_var_uint(&mut body, self.client());
        put_var_uint(&mut body, self.clock);
        let state = state.to_string();
        put_var_uint(&mut body, state.len() as u64);
        body.extend(state.as_bytes());
        self.send(&[1], &body).await;
    }

    /// Sends a barrier and waits until the server confirms that everything before it is on disk.
    pub async fn barrier(&mut self) {
        let label = self.send_barrier().await;
        self.wait("the barrier to come back", |peer| {
            peer.echoed.contains(&label)
        })
        .await;
    }

    /// Sends a barrier and waits for it. Returns whether it came back before the connection ended.
    pub async fn try_barrier(&mut self) -> bool {
        let label = self.send_barrier().await;
        while !self.echoed.contains(&label) {
            if !self.listen().await {
                return false;
            }
        }
        true
    }

    /// Reads one frame. Returns whether there was one before the end.
    pub async fn listen(&mut self) -> bool {
        if self.closed.is_none() {
            self.receive("anything").await;
        }
        self.closed.is_none()
    }

    /// Sends a barrier.
    pub async fn send_barrier(&mut self) -> Bytes {
        self.barriers += 1;
        let label = Bytes::from(self.barriers.to_string());
        self.send(&[102], &label).await;
        label
    }

    /// Sends arbitrary bytes as one frame.
    pub async fn send_raw(&mut self, frame: impl Into<Bytes>) {
        self.wire.send(frame.into()).await;
    }

    /// Waits until a barrier has come back.
    pub async fn until_echoed(&mut self, label: &Bytes) {
        self.wait("the barrier to come back", |peer| {
            peer.echoed.contains(label)
        })
        .await;
    }

    /// Waits for a condition.
    pub async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        self.wait("what was asked for", done).await;
    }

    /// Waits for a title.
    pub async fn until_title(&mut self, wanted: &str) {
        self.wait(wanted, |peer| peer.title() == wanted).await;
    }

    /// Waits until this many clients are present.
    pub async fn until_present(&mut self, clients: usize) {
        self.wait("people", |peer| peer.presence.len() == clients)
            .await;
    }

    /// Waits for the end and returns its code and reason.
    pub async fn closed(&mut self) -> (u16, String) {
        while self.closed.is_none() {
            self.receive("the server to close").await;
        }
        self.closed.clone().expect("just seen")
    }

    /// Returns the code of the end, if it has come.
    pub fn refusal(&self) -> Option<u16> {
        self.closed.as_ref().map(|(code, _)| *code)
    }

    /// Returns the title.
    pub fn title(&self) -> String {
        let title = self.doc.get_or_insert_text("title");
        title.get_string(&self.doc.transact())
    }

    /// Returns the client id of the document.
    pub fn client(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// Returns the wire, to look at what has not been read.
    pub fn wire(&mut self) -> &mut W {
        &mut self.wire
    }

    /// Disconnects and returns the document.
    pub fn leave(self) -> Doc {
        self.doc
    }

    async fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            assert_eq!(self.closed, None, "waiting for {what}");
            self.receive(what).await;
        }
    }

    /// Reads one frame.
    async fn receive(&mut self, what: &str) {
        let received = timeout(PATIENCE, self.wire.next()).await;
        match received.unwrap_or_else(|_| panic!("timed out waiting for {what}")) {
            Received::Frame(frame) => self.handle_frame(&frame).await,
            Received::Closed(code, reason) => self.closed = Some((code, reason)),
        }
    }

    async fn handle_frame(&mut self, frame: &[u8]) {
        let mut rest = frame;
        match var_uint(&mut rest) {
            0 => {
                let kind = var_uint(&mut rest);
                let body = var_buffer(&mut rest);
                assert!(rest.is_empty(), "one message in a frame");
                self.sync(kind, body).await;
            }
            1 => self.update_presence(var_buffer(&mut rest)),
            102 => self
                .echoed
                .push(Bytes::copy_from_slice(var_buffer(&mut rest))),
            103 => {
                let what = String::from_utf8(var_buffer(&mut rest).to_vec());
                self.news.push(what.unwrap());
            }
            other => panic!("the server sent a message of kind {other}"),
        }
    }

    async fn sync(&mut self, kind: u64, body: &[u8]) {
        if kind == 0 {
            let vector = StateVector::decode_v1(body).unwrap();
            let lacking = self.doc.transact().encode_diff_v1(&vector);
            return self.send(&[0, 1], &lacking).await;
        }
        let update = Update::decode_v1(body).unwrap();
        self.doc.transact_mut().apply_update(update).unwrap();
        self.synced |= kind == 1;
    }

    fn update_presence(&mut self, mut body: &[u8]) {
        for _ in 0..var_uint(&mut body) {
            let client = var_uint(&mut body);
            var_uint(&mut body);
            let state: Value = serde_json::from_slice(var_buffer(&mut body)).unwrap();
            if state.is_null() {
                self.presence.remove(&client);
            } else {
                self.presence.insert(client, state);
            }
        }
    }

    async fn send(&mut self, head: &[u8], body: &[u8]) {
        self.wire.send(framed(head, body).into()).await;
    }
}

/// Creates a document that counts text as JavaScript does.
pub fn lectern_doc() -> Doc {
    lectern_document::new_doc(Some(u64::from(rand::random::<u32>())))
}

/// Encodes a message: its head, then the body with its length before it.
pub fn framed(head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut frame = head.to_vec();
    put_var_uint(&mut frame, body.len() as u64);
    frame.extend_from_slice(body);
    frame
}

/// Appends an integer as lib0 does.
pub fn put_var_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads an integer as lib0 writes it.
pub fn var_uint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, left) = rest.split_first().expect("a whole integer");
        *rest = left;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            break;
        }
    }
    value
}

/// Reads a buffer with its length before it.
pub fn var_buffer<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let length = var_uint(rest) as usize;
    let (taken, left) = rest.split_at(length);
    *rest = left;
    taken
}
