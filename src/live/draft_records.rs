//! The records of a draft, and how a draft is rebuilt from them.

use std::collections::BTreeSet;

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, TransactionMut, Update};

use lectern_article::Edit;
use lectern_base::ArticleId;
use lectern_document::{self as document, DraftContent, new_doc};

use super::authors::Authors;
use super::draft::{Draft, Rejection, Rights, ScannedUpdate, Writer};
use super::error::LiveError;
use super::update_scan::UpdateScan;

/// Everything that was read of one draft.
pub struct DraftRecords {
    /// The article.
    pub article: ArticleId,
    /// The snapshots, newest first.
    pub states: Vec<SnapshotRecord>,
    /// The entries of the edit log after the oldest of these snapshots, with their positions.
    pub edits: Vec<(u64, Bytes)>,
}

/// A snapshot.
pub struct SnapshotRecord {
    /// The last entry of the edit log that it contains.
    pub seq: u64,
    /// How to name it in messages.
    pub name: String,
    /// Its bytes; `None` if they are missing or not what was written.
    pub bytes: Option<Bytes>,
}

/// A draft as loaded from disk.
pub struct LoadedDraft {
    /// The draft.
    pub draft: Draft,
    /// Its full state, format 1.
    pub state: Vec<u8>,
    /// The position of the last entry of its edit log.
    pub position: u64,
    /// The entries that no snapshot contains yet.
    pub backlog: Backlog,
    /// The parts that could not be read; usually none.
    pub damage: Vec<DamagedPart>,
}

/// Entries of an edit log that no snapshot contains yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// The number of entries.
    pub entries: u64,
    /// Their size in bytes.
    pub bytes: usize,
}

impl Backlog {
    /// Returns the backlog with one more entry.
    pub fn with_entry(self, bytes: usize) -> Self {
        Self {
            entries: self.entries + 1,
            bytes: self.bytes + bytes,
        }
    }

    /// Returns the backlog without the entries that a snapshot now contains.
    pub fn without(self, taken: Self) -> Self {
        Self {
            entries: self.entries.saturating_sub(taken.entries),
            bytes: self.bytes.saturating_sub(taken.bytes),
        }
    }
}

/// A part of a draft that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedPart {
    /// The part.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
    /// Its bytes, if there are any.
    pub bytes: Option<Bytes>,
}

impl DraftRecords {
    /// Rebuilds the draft from its newest snapshot and the edits after it.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] names the first record that cannot be read.
    pub fn rebuild(self, size_limit: usize) -> Result<LoadedDraft, LiveError> {
        if self.states.is_empty() && self.edits.is_empty() {
            return Err(LiveError::NotFound);
        }
        let doc = new_doc(None);
        let (mut authors, mut position) = match self.states.first() {
            Some(state) => {
                let found = state.decode(&doc);
                (found.ok_or_else(|| self.damaged(&state.name))?, state.seq)
            }
            None => (Authors::default(), 0),
        };
        let mut txn = doc.transact_mut();
        for (seq, entry) in &self.edits {
            let read = (*seq == position + 1).then(|| replay(entry, &mut txn, &mut authors, *seq));
            position += 1;
            read.flatten()
                .ok_or_else(|| self.damaged(&entry_name(position)))?;
        }
        drop(txn);
        let draft = Draft::open(doc, authors, size_limit);
        let (draft, state) =
            draft.map_err(|why| self.damaged(&format!("the whole state ({why})")))?;
        Ok(self.into_loaded(draft, state, position, Vec::new()))
    }

    /// Rebuilds as much as possible: from the newest readable snapshot, or from the beginning of
    /// the log, with every edit that still applies.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] if there is nothing to start from.
    pub fn salvage(self, size_limit: usize) -> Result<LoadedDraft, LiveError> {
        let mut excluded = BTreeSet::new();
        loop {
            match self.try_salvage(size_limit, &excluded) {
                Ok((draft, state, position, damage)) => {
                    return Ok(self.into_loaded(draft, state, position, damage));
                }
                Err(SalvageError::BrokenBy(seq)) => drop(excluded.insert(seq)),
                Err(SalvageError::NoBase) => {
                    let first = self.states.first().map(|state| state.name.clone());
                    return Err(self.damaged(&first.unwrap_or_else(|| entry_name(1))));
                }
            }
        }
    }

    fn try_salvage(
        &self,
        size_limit: usize,
        excluded: &BTreeSet<u64>,
    ) -> Result<(Draft, Vec<u8>, u64, Vec<DamagedPart>), SalvageError> {
        let mut damage = Vec::new();
        let (doc, authors, base) = self.base(&mut damage).ok_or(SalvageError::NoBase)?;
        let opened = Draft::open(doc, authors, usize::MAX);
        let (mut draft, _) = opened.map_err(|_| SalvageError::NoBase)?;
        let mut position = base;
        for (seq, entry) in self.edits.iter().filter(|(seq, _)| *seq > base) {
            if *seq > position + 1 {
                let what = format!("entries {} to {} of the edit log", position + 1, seq - 1);
                damage.push(DamagedPart::new(&what, "they are missing", None));
            }
            position = *seq;
            let fits = if excluded.contains(seq) {
                Err("it does not fit the document")
            } else {
                apply_entry(&mut draft, entry, *seq)?
            };
            if let Err(why) = fits {
                damage.push(DamagedPart::new(
                    &entry_name(*seq),
                    why,
                    Some(entry.clone()),
                ));
            }
        }
        // An empty draft is useless; it should be restored from a revision instead.
        if document::read(draft.doc()) == DraftContent::default() {
            return Err(SalvageError::NoBase);
        }
        let (draft, state) = draft.reopen(size_limit).map_err(|_| SalvageError::NoBase)?;
        Ok((draft, state, position, damage))
    }

    /// Returns the newest readable state and the position of the last entry it contains.
    fn base(&self, damage: &mut Vec<DamagedPart>) -> Option<(Doc, Authors, u64)> {
        for state in &self.states {
            let doc = new_doc(None);
            match state.decode(&doc) {
                Some(authors) => return Some((doc, authors, state.seq)),
                None => damage.push(DamagedPart::new(&state.name, "it cannot be read", None)),
            }
        }
        let whole = self.edits.first().is_some_and(|(seq, _)| *seq == 1);
        whole.then(|| (new_doc(None), Authors::default(), 0))
    }

    fn into_loaded(
        self,
        draft: Draft,
        state: Vec<u8>,
        position: u64,
        damage: Vec<DamagedPart>,
    ) -> LoadedDraft {
        let entries = self.edits.iter().map(|(_, entry)| entry.len());
        LoadedDraft {
            draft,
            state,
            position,
            backlog: entries.fold(Backlog::default(), Backlog::with_entry),
            damage,
        }
    }

    fn damaged(&self, record: &str) -> LiveError {
        LiveError::Damaged {
            article: self.article,
            record: record.to_owned(),
        }
    }
}

/// Why a draft could not be salvaged.
enum SalvageError {
    /// This entry broke the document; try again without it.
    BrokenBy(u64),
    /// There is nothing to start from.
    NoBase,
}

impl DamagedPart {
    fn new(what: &str, why: &str, bytes: Option<Bytes>) -> Self {
        Self {
            what: what.to_owned(),
            why: why.to_owned(),
            bytes,
        }
    }
}

impl SnapshotRecord {
    fn decode(&self, into: &Doc) -> Option<Authors> {
        decode_snapshot(self.bytes.as_deref()?, into)
    }
}

fn entry_name(seq: u64) -> String {
    format!("entry {seq} of the edit log")
}

/// Applies one entry to a document. Skips the checks of a live edit, as the caller checks the final
/// document.
fn replay(
    entry: &[u8],
    txn: &mut TransactionMut<'_>,
    authors: &mut Authors,
    seq: u64,
) -> Option<()> {
    let edit = Edit::decode(entry).ok()?;
    UpdateScan::parse(&edit.update).ok()?;
    txn.apply_update(Update::decode_v1(&edit.update).ok()?)
        .ok()?;
    authors.restore(edit.author, &edit.clients);
    authors.record_edit(edit.author, seq);
    (!txn.has_missing_updates()).then_some(())
}

/// Applies one entry to a draft with the checks of a live edit. The inner error says why it was
/// left out.
fn apply_entry(
    draft: &mut Draft,
    entry: &[u8],
    seq: u64,
) -> Result<Result<(), &'static str>, SalvageError> {
    let Ok(edit) = Edit::decode(entry) else {
        return Ok(Err("it cannot be read"));
    };
    let Ok(scan) = UpdateScan::parse(&edit.update) else {
        return Ok(Err("what it changes cannot be read"));
    };
    let writer = Writer {
        author: edit.author,
        rights: Rights::Write,
    };
    let update = edit.update.into();
    match draft.apply(writer, &[ScannedUpdate { scan, update }]) {
        (_, None) => {
            draft.record_edit(edit.author, seq);
            Ok(Ok(()))
        }
        (_, Some((_, Rejection::Broken(_)))) => Err(SalvageError::BrokenBy(seq)),
        (_, Some((_, Rejection::Missing))) => Ok(Err("it builds on something that cannot be read")),
        (_, Some(_)) => Ok(Err("it does not fit the document")),
    }
}

/// Encodes a snapshot and decodes it again: only a snapshot that is proven readable may replace the
/// log.
pub fn encode_snapshot(article: ArticleId, draft: &Draft) -> Result<Vec<u8>, LiveError> {
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
    let authors = decode_snapshot(&packed, &copy).ok_or_else(failed)?;
    let same = copy.transact().snapshot() == draft.doc().transact().snapshot();
    if same && authors == *draft.authors() {
        Ok(packed)
    } else {
        Err(failed())
    }
}

fn decode_snapshot(packed: &[u8], into: &Doc) -> Option<Authors> {
    let (length, rest) = packed.split_first_chunk()?;
    let (authors, state) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let mut txn = into.transact_mut();
    txn.apply_update(Update::decode_v2(state).ok()?).ok()?;
    if txn.has_missing_updates() {
        return None;
    }
    serde_json::from_slice(authors).ok()
}
