//! The draft on disk: a snapshot and the edits after it. The only file here that asks the store.
//!
//! A draft is loaded whole or not at all: what cannot be read is named, and nothing is ever stored
//! over it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, TransactionMut, Update};

use super::authors::Authors;
use super::draft::Draft;
use super::error::LiveError;
use super::scan::Scan;
use crate::article::{Edit, new_doc};
use crate::base::{ArticleId, Hash};
use crate::store::{Batch, Store, StoreError, Table, Versioned};

const SNAPSHOTS: Table<ArticleId, Snapshot> = Table::new("snapshots");
/// Entries read at once.
const PAGE: usize = 1024;
/// A compaction may overtake a reader this often before the reader gives up.
const TRIES: usize = 5;

/// Where a snapshot is and how far it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    /// The last entry of the edit log that it holds.
    seq: u64,
    /// The authors and the document's state (format 2), as one blob.
    blob: Hash,
}

/// A draft as it is on disk.
pub struct Opened {
    /// The draft.
    pub draft: Draft,
    /// Its whole state, format 1.
    pub state: Vec<u8>,
    /// The last entry of its edit log.
    pub position: u64,
    /// What of its log no snapshot holds.
    pub backlog: Backlog,
}

/// Entries of an edit log that no snapshot holds yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many there are.
    pub entries: u64,
    /// Their bytes.
    pub bytes: usize,
}

impl Backlog {
    /// With one more entry.
    pub fn plus(self, bytes: usize) -> Self {
        Self {
            entries: self.entries + 1,
            bytes: self.bytes + bytes,
        }
    }

    /// Without those that a snapshot took in.
    pub fn minus(self, taken: Self) -> Self {
        Self {
            entries: self.entries.saturating_sub(taken.entries),
            bytes: self.bytes.saturating_sub(taken.bytes),
        }
    }
}

/// Reads and writes drafts.
pub struct Ledger {
    store: Store,
    size_limit: usize,
}

/// Everything that is on disk of one draft.
struct Records {
    article: ArticleId,
    snapshot: Option<Versioned<Snapshot>>,
    state: Option<Bytes>,
    edits: Vec<(u64, Bytes)>,
}

impl Ledger {
    /// Keeps drafts of at most `size_limit` bytes in a store.
    pub fn new(store: Store, size_limit: usize) -> Self {
        Self { store, size_limit }
    }

    /// Appends edits; they are on disk when it returns the position of the last.
    pub async fn append(&self, article: ArticleId, edits: &[Edit]) -> Result<u64, LiveError> {
        let entries = edits.iter().map(|edit| edit.encode().into()).collect();
        let appended = self.store.append(&Edit::log(article), entries).await;
        appended.map_err(|why| unavailable(article, &why))
    }

    /// Loads a draft.
    pub async fn open(&self, article: ArticleId) -> Result<Opened, LiveError> {
        let records = self.read(article).await?;
        let size_limit = self.size_limit;
        apart(move || records.rebuild(size_limit)).await
    }

    /// Makes the edit log into a snapshot and trims it; returns how far the snapshot goes.
    ///
    /// Works on the records on disk alone, so that an open room goes on undisturbed.
    pub async fn compact(&self, article: ArticleId) -> Result<u64, LiveError> {
        let records = self.read(article).await?;
        let old = records.snapshot.clone();
        let size_limit = self.size_limit;
        let (seq, blob) = apart(move || {
            let opened = records.rebuild(size_limit)?;
            Ok((opened.position, pack(article, &opened.draft)?))
        })
        .await?;
        let failed = |why: StoreError| unavailable(article, &why);
        let blob = self.store.blobs().put(blob).await.map_err(failed)?;
        let snapshot = Snapshot { seq, blob };
        let mut batch = Batch::new();
        match &old {
            Some(old) => SNAPSHOTS.put_expecting(&mut batch, &article, &snapshot, old),
            None => SNAPSHOTS.insert(&mut batch, &article, &snapshot),
        }
        batch.trim_log(&Edit::log(article), seq);
        self.store.commit(batch).await.map_err(failed)?;
        if let Some(old) = old.filter(|old| old.value.blob != blob) {
            self.store
                .blobs()
                .delete(old.value.blob)
                .await
                .map_err(failed)?;
        }
        Ok(seq)
    }

    async fn read(&self, article: ArticleId) -> Result<Records, LiveError> {
        for _ in 0..TRIES {
            if let Some(records) = self.try_read(article).await? {
                return Ok(records);
            }
        }
        Err(LiveError::Unavailable)
    }

    /// Reads everything; nothing if a compaction changed it in between.
    async fn try_read(&self, article: ArticleId) -> Result<Option<Records>, LiveError> {
        let failed = |why: StoreError| unavailable(article, &why);
        let snapshot = SNAPSHOTS
            .get_versioned(&self.store, &article)
            .await
            .map_err(failed)?;
        let state = match &snapshot {
            Some(found) => self
                .store
                .blobs()
                .get(found.value.blob)
                .await
                .map_err(failed)?,
            None => None,
        };
        let edits = self
            .edits(
                article,
                snapshot.as_ref().map_or(0, |found| found.value.seq),
            )
            .await?;
        let now = SNAPSHOTS
            .get_versioned(&self.store, &article)
            .await
            .map_err(failed)?;
        if now.as_ref().map(|now| &now.raw) != snapshot.as_ref().map(|found| &found.raw) {
            return Ok(None);
        }
        Ok(Some(Records {
            article,
            snapshot,
            state,
            edits,
        }))
    }

    async fn edits(&self, article: ArticleId, after: u64) -> Result<Vec<(u64, Bytes)>, LiveError> {
        let mut edits: Vec<(u64, Bytes)> = Vec::new();
        loop {
            let last = edits.last().map_or(after, |(seq, _)| *seq);
            let page = self.store.read_log(&Edit::log(article), last, PAGE).await;
            let page = page.map_err(|why| unavailable(article, &why))?;
            let complete = page.len() < PAGE;
            edits.extend(page);
            if complete {
                return Ok(edits);
            }
        }
    }
}

impl Records {
    fn rebuild(self, size_limit: usize) -> Result<Opened, LiveError> {
        if self.snapshot.is_none() && self.edits.is_empty() {
            return Err(LiveError::NotFound);
        }
        let doc = new_doc(None);
        let mut authors = Authors::default();
        let mut position = self.snapshot.as_ref().map_or(0, |found| found.value.seq);
        if let Some(snapshot) = &self.snapshot {
            let unpacked = self.state.as_deref().and_then(|state| unpack(state, &doc));
            let record = || format!("snapshot {}", snapshot.value.blob);
            authors = unpacked.ok_or_else(|| self.damaged(record()))?;
        }
        let mut txn = doc.transact_mut();
        for (seq, entry) in &self.edits {
            let record = || format!("entry {seq} of the edit log");
            if *seq != position + 1 {
                return Err(self.damaged(format!("entry {} of the edit log", position + 1)));
            }
            replay(entry, &mut txn, &mut authors, *seq).ok_or_else(|| self.damaged(record()))?;
            position = *seq;
        }
        drop(txn);
        let backlog = Backlog {
            entries: self.edits.len() as u64,
            bytes: self.edits.iter().map(|(_, entry)| entry.len()).sum(),
        };
        let draft = Draft::open(doc, authors, size_limit);
        let (draft, state) =
            draft.map_err(|why| self.damaged(format!("the whole state ({why})")))?;
        Ok(Opened {
            draft,
            state,
            position,
            backlog,
        })
    }

    fn damaged(&self, record: String) -> LiveError {
        LiveError::Damaged {
            article: self.article,
            record,
        }
    }
}

fn replay(
    entry: &[u8],
    txn: &mut TransactionMut<'_>,
    authors: &mut Authors,
    seq: u64,
) -> Option<()> {
    let edit = Edit::decode(entry).ok()?;
    Scan::of(&edit.update).ok()?;
    txn.apply_update(Update::decode_v1(&edit.update).ok()?)
        .ok()?;
    authors.restore(edit.author, &edit.clients);
    authors.edited(edit.author, seq);
    (!txn.has_missing_updates()).then_some(())
}

/// Writes a snapshot and reads it back: only what is proven to be readable may replace the log.
fn pack(article: ArticleId, draft: &Draft) -> Result<Vec<u8>, LiveError> {
    let failed = || LiveError::Damaged {
        article,
        record: "the new snapshot".to_owned(),
    };
    let authors = serde_json::to_vec(draft.authors()).map_err(|_| failed())?;
    let length = u32::try_from(authors.len()).map_err(|_| failed())?;
    let mut packed = length.to_be_bytes().to_vec();
    packed.extend(authors);
    packed.extend(
        draft
            .doc()
            .transact()
            .encode_state_as_update_v2(&StateVector::default()),
    );
    let copy = new_doc(None);
    let authors = unpack(&packed, &copy).ok_or_else(failed)?;
    let same = copy.transact().snapshot() == draft.doc().transact().snapshot();
    if same && authors == *draft.authors() {
        Ok(packed)
    } else {
        Err(failed())
    }
}

fn unpack(packed: &[u8], into: &Doc) -> Option<Authors> {
    let (length, rest) = packed.split_first_chunk()?;
    let (authors, state) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let mut txn = into.transact_mut();
    txn.apply_update(Update::decode_v2(state).ok()?).ok()?;
    if txn.has_missing_updates() {
        return None;
    }
    serde_json::from_slice(authors).ok()
}

/// Runs work that may take milliseconds where it holds nobody up.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LiveError> + Send + 'static,
) -> Result<T, LiveError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(LiveError::Unavailable))
}

fn unavailable(article: ArticleId, why: &StoreError) -> LiveError {
    tracing::error!(%article, %why, "The store failed a draft");
    match why {
        StoreError::Damaged { what, .. } => LiveError::Damaged {
            article,
            record: what.clone(),
        },
        _ => LiveError::Unavailable,
    }
}
