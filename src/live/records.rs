//! What is on disk of one draft, and the draft that it makes.

use std::collections::BTreeSet;

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, TransactionMut, Update};

use lectern_article::Edit;
use lectern_base::ArticleId;
use lectern_document::{self as document, DraftContent, new_doc};

use super::authors::Authors;
use super::draft::{Draft, Incoming, Rights, Stop, Writer};
use super::error::LiveError;
use super::scan::Scan;

/// Everything that was read of one draft.
pub struct Records {
    /// The article.
    pub article: ArticleId,
    /// Snapshots, the newest first.
    pub states: Vec<State>,
    /// Entries of the edit log with their numbers: those after the last of the snapshots.
    pub edits: Vec<(u64, Bytes)>,
}

/// One snapshot.
pub struct State {
    /// The last entry of the edit log that it holds.
    pub seq: u64,
    /// What to call it.
    pub name: String,
    /// Its bytes; none when they are gone or not what was written.
    pub bytes: Option<Bytes>,
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
    /// What had to be set aside to open it; mostly nothing.
    pub damage: Vec<Damage>,
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

/// A part of a draft that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What it is.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
    /// The bytes, if they are there.
    pub bytes: Option<Bytes>,
}

impl Records {
    /// Puts the draft together from its newest snapshot and the edits after it.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] names the first record that cannot be read.
    pub fn rebuild(self, size_limit: usize) -> Result<Opened, LiveError> {
        if self.states.is_empty() && self.edits.is_empty() {
            return Err(LiveError::NotFound);
        }
        let doc = new_doc(None);
        let (mut authors, mut position) = match self.states.first() {
            Some(state) => {
                let found = state.unpack(&doc);
                (found.ok_or_else(|| self.damaged(&state.name))?, state.seq)
            }
            None => (Authors::default(), 0),
        };
        let mut txn = doc.transact_mut();
        for (seq, entry) in &self.edits {
            let read = (*seq == position + 1).then(|| replay(entry, &mut txn, &mut authors, *seq));
            position += 1;
            read.flatten()
                .ok_or_else(|| self.damaged(&name(position)))?;
        }
        drop(txn);
        let draft = Draft::open(doc, authors, size_limit);
        let (draft, state) =
            draft.map_err(|why| self.damaged(&format!("the whole state ({why})")))?;
        Ok(self.opened(draft, state, position, Vec::new()))
    }

    /// Puts together what can be: from the newest snapshot that can be read, or from the beginning
    /// of the log, with every edit that still fits.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] when there is nothing to begin with.
    pub fn salvage(self, size_limit: usize) -> Result<Opened, LiveError> {
        let mut skipped = BTreeSet::new();
        loop {
            match self.try_salvage(size_limit, &skipped) {
                Ok((draft, state, position, damage)) => {
                    return Ok(self.opened(draft, state, position, damage));
                }
                Err(Setback::Broken(seq)) => drop(skipped.insert(seq)),
                Err(Setback::Nothing) => {
                    let first = self.states.first().map(|state| state.name.clone());
                    return Err(self.damaged(&first.unwrap_or_else(|| name(1))));
                }
            }
        }
    }

    fn try_salvage(
        &self,
        size_limit: usize,
        skipped: &BTreeSet<u64>,
    ) -> Result<(Draft, Vec<u8>, u64, Vec<Damage>), Setback> {
        let mut damage = Vec::new();
        let (doc, authors, base) = self.base(&mut damage).ok_or(Setback::Nothing)?;
        let opened = Draft::open(doc, authors, usize::MAX);
        let (mut draft, _) = opened.map_err(|_| Setback::Nothing)?;
        let mut position = base;
        for (seq, entry) in self.edits.iter().filter(|(seq, _)| *seq > base) {
            if *seq > position + 1 {
                let what = format!("entries {} to {} of the edit log", position + 1, seq - 1);
                damage.push(Damage::of(&what, "they are missing", None));
            }
            position = *seq;
            let fits = if skipped.contains(seq) {
                Err("it does not fit the document")
            } else {
                fit(&mut draft, entry, *seq)?
            };
            if let Err(why) = fits {
                damage.push(Damage::of(&name(*seq), why, Some(entry.clone())));
            }
        }
        // An empty draft is none: it is restored from a revision instead.
        if document::read(draft.doc()) == DraftContent::default() {
            return Err(Setback::Nothing);
        }
        let (draft, state) = draft.reopen(size_limit).map_err(|_| Setback::Nothing)?;
        Ok((draft, state, position, damage))
    }

    /// The newest state to begin with, and the number of the last entry that it holds.
    fn base(&self, damage: &mut Vec<Damage>) -> Option<(Doc, Authors, u64)> {
        for state in &self.states {
            let doc = new_doc(None);
            match state.unpack(&doc) {
                Some(authors) => return Some((doc, authors, state.seq)),
                None => damage.push(Damage::of(&state.name, "it cannot be read", None)),
            }
        }
        let whole = self.edits.first().is_some_and(|(seq, _)| *seq == 1);
        whole.then(|| (new_doc(None), Authors::default(), 0))
    }

    fn opened(self, draft: Draft, state: Vec<u8>, position: u64, damage: Vec<Damage>) -> Opened {
        let entries = self.edits.iter().map(|(_, entry)| entry.len());
        Opened {
            draft,
            state,
            position,
            backlog: entries.fold(Backlog::default(), Backlog::plus),
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

/// Why a draft could not be put together.
enum Setback {
    /// This entry spoilt the document; without it, from the beginning.
    Broken(u64),
    /// There is nothing to begin with.
    Nothing,
}

impl Damage {
    fn of(what: &str, why: &str, bytes: Option<Bytes>) -> Self {
        Self {
            what: what.to_owned(),
            why: why.to_owned(),
            bytes,
        }
    }
}

impl State {
    fn unpack(&self, into: &Doc) -> Option<Authors> {
        unpack(self.bytes.as_deref()?, into)
    }
}

fn name(seq: u64) -> String {
    format!("entry {seq} of the edit log")
}

/// Applies one entry to a document, in a hurry: the whole is looked at afterwards.
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

/// Applies one entry to a draft as if it had just come, if it fits.
fn fit(draft: &mut Draft, entry: &[u8], seq: u64) -> Result<Result<(), &'static str>, Setback> {
    let Ok(edit) = Edit::decode(entry) else {
        return Ok(Err("it cannot be read"));
    };
    let Ok(scan) = Scan::of(&edit.update) else {
        return Ok(Err("what it changes cannot be read"));
    };
    let writer = Writer {
        author: edit.author,
        rights: Rights::Write,
    };
    let update = edit.update.into();
    match draft.take(writer, &[Incoming { scan, update }]) {
        (_, None) => {
            draft.edited(edit.author, seq);
            Ok(Ok(()))
        }
        (_, Some((_, Stop::Broken(_)))) => Err(Setback::Broken(seq)),
        (_, Some((_, Stop::Missing))) => Ok(Err("it builds on something that cannot be read")),
        (_, Some(_)) => Ok(Err("it does not fit the document")),
    }
}

/// Writes a snapshot and reads it back: only what is proven to be readable may replace the log.
pub fn pack(article: ArticleId, draft: &Draft) -> Result<Vec<u8>, LiveError> {
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
