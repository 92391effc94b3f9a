//! One article's draft in memory: the document, its outline and its authors.
//!
//! The three change together or not at all. The document never holds anything pending: an update
//! that builds on something unknown is turned away and asked for again, because held-back pieces
//! would cost time with every later update and would be neither visible nor on disk.

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, ID, IdSet, ReadTxn, StateVector, Transact, TransactionMut, Update};

use lectern_base::PersonId;

use super::authors::Authors;
use super::outline::{Growth, Obstacle, Outline};
use super::scan::Scan;
use super::trial::Trial;
use super::wire::{Malformed, put_integer};

/// One update as it came, with what the scanner saw in it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it inserts and deletes.
    pub scan: Scan,
    /// Its bytes, format 1.
    pub update: Bytes,
}

impl Incoming {
    /// Scans an update of format 1.
    pub fn scan(update: Bytes) -> Result<Self, Malformed> {
        let scan = Scan::of(&update)?;
        Ok(Self { scan, update })
    }
}

/// Who writes, and whether they may.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// `None` for Lectern itself.
    pub author: Option<PersonId>,
    /// What is accepted from them.
    pub rights: Rights,
}

/// What somebody may do with a draft that they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Watch.
    Read,
    /// Suggest changes.
    Suggest,
    /// Change it.
    Write,
}

/// What a run of updates changed; not yet on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who made it.
    pub author: Option<PersonId>,
    /// Client ids that became theirs with it.
    pub bound: Vec<u64>,
    /// Exactly what is new, as one update of format 1.
    pub update: Bytes,
}

/// Why a run of updates ended before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The update builds on something that has not arrived.
    Missing,
    /// The update is none, or no honest one.
    Malformed(Malformed),
    /// The person may only read.
    ReadOnly,
    /// The person may only suggest, and this is more.
    NoSuggestion,
    /// The update inserts under a client id that is somebody else's.
    Foreign(u64),
    /// The draft would grow beyond its limit.
    TooLarge,
    /// The update went wrong half-way: the document in memory can no longer be trusted.
    Broken(Malformed),
}

/// A draft that is open.
pub struct Draft {
    doc: Doc,
    outline: Outline,
    authors: Authors,
    size: usize,
    size_limit: usize,
    /// There while somebody writes who may only suggest. Boxed, as few drafts have one.
    trial: Option<Box<Trial>>,
}

impl Draft {
    /// Opens a document with what is known about it; also returns its whole state.
    ///
    /// `size_limit` is in bytes of the whole state in format 1.
    pub fn open(
        doc: Doc,
        authors: Authors,
        size_limit: usize,
    ) -> Result<(Self, Vec<u8>), Malformed> {
        let mut draft = Self {
            doc,
            outline: Outline::default(),
            authors,
            size: 0,
            size_limit,
            trial: None,
        };
        let state = draft.since(&[]);
        draft.outline = Outline::of(&state)?;
        draft.size = state.len();
        Ok((draft, state))
    }

    /// Gives everything that a scan lists to one person.
    pub fn written_by(mut self, person: PersonId, scan: &Scan) -> Self {
        let spans: Vec<_> = scan.pieces.iter().map(|piece| piece.span).collect();
        self.authors.bind(Some(person), &spans);
        self
    }

    /// Measures the draft anew under another limit; also returns its whole state.
    pub fn reopen(self, size_limit: usize) -> Result<(Self, Vec<u8>), Malformed> {
        Self::open(self.doc, self.authors, size_limit)
    }

    /// The document.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }

    /// Bytes of the whole state, format 1, as it was last measured, and of all updates since.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Notes a new measurement of the size.
    pub fn resize(&mut self, size: usize) {
        self.size = size;
    }

    /// Who may write under which client id, and who edited last.
    pub fn authors(&self) -> &Authors {
        &self.authors
    }

    /// Notes the position of an edit that is on disk.
    pub fn edited(&mut self, author: Option<PersonId>, position: u64) {
        self.authors.edited(author, position);
    }

    /// Takes updates of one writer in the order in which they came.
    ///
    /// Returns what they changed and, when not all were taken, how many were and why.
    pub fn take(
        &mut self,
        writer: Writer,
        updates: &[Incoming],
    ) -> (Option<Change>, Option<(usize, Stop)>) {
        let mut bound = Vec::new();
        let mut stop = None;
        let doc = self.doc.clone();
        let mut txn = doc.transact_mut();
        for (place, incoming) in updates.iter().enumerate() {
            match self.take_one(writer, incoming, &mut txn) {
                Ok(new) => bound.extend(new),
                Err(why) => {
                    stop = Some((place, why));
                    break;
                }
            }
        }
        txn.commit();
        if matches!(stop, Some((_, Stop::Broken(_)))) {
            return (None, stop);
        }
        let change = changes_anything(&txn).then(|| txn.encode_update_v1());
        self.size += change.as_ref().map_or(0, Vec::len);
        if let Some(update) = &change
            && writer.rights == Rights::Write
        {
            let follows = |trial: &mut Box<Trial>| trial.follow(update);
            self.trial = self
                .trial
                .take()
                .and_then(|mut t| follows(&mut t).then_some(t));
        }
        let change = change.map(|update| Change {
            author: writer.author,
            bound,
            update: update.into(),
        });
        (change, stop)
    }

    fn take_one(
        &mut self,
        writer: Writer,
        incoming: &Incoming,
        txn: &mut TransactionMut<'_>,
    ) -> Result<Vec<u64>, Stop> {
        let growth = self
            .outline
            .judge(&incoming.scan)
            .map_err(|obstacle| match obstacle {
                Obstacle::Missing => Stop::Missing,
                Obstacle::Hostile(why) => Stop::Malformed(why),
            })?;
        self.permit(writer, incoming, &growth, txn)?;
        if growth.fresh.is_empty() && incoming.scan.deletions.is_empty() {
            return Ok(Vec::new());
        }
        if writer.rights == Rights::Suggest {
            self.try_out(writer.author, incoming, txn)?;
        }
        let update = decode(&incoming.update)?;
        apply(update, txn)?;
        self.outline.grow(&growth);
        Ok(self.authors.bind(writer.author, &growth.fresh))
    }

    /// Refuses an update that is more than a suggestion.
    fn try_out(
        &mut self,
        author: Option<PersonId>,
        incoming: &Incoming,
        txn: &TransactionMut<'_>,
    ) -> Result<(), Stop> {
        let ready = self.trial.take().or_else(|| Trial::of(txn).map(Box::new));
        let (Some(mut trial), Some(author)) = (ready, author) else {
            return Err(Stop::NoSuggestion);
        };
        if !trial.admits(author, &incoming.update) {
            return Err(Stop::NoSuggestion);
        }
        self.trial = Some(trial);
        Ok(())
    }

    fn permit(
        &self,
        writer: Writer,
        incoming: &Incoming,
        growth: &Growth,
        txn: &TransactionMut<'_>,
    ) -> Result<(), Stop> {
        if writer.rights == Rights::Read {
            let changes = !growth.fresh.is_empty() || deletes_something(incoming, txn);
            return if changes { Err(Stop::ReadOnly) } else { Ok(()) };
        }
        if let Some(client) = self.authors.foreign(writer.author, &growth.fresh) {
            return Err(Stop::Foreign(client));
        }
        if !growth.fresh.is_empty() && self.size + incoming.update.len() > self.size_limit {
            return Err(Stop::TooLarge);
        }
        Ok(())
    }

    /// The state vector as it travels in a step 1.
    pub fn state_vector(&self) -> Vec<u8> {
        let clocks: Vec<_> = self.outline.clocks().collect();
        let mut out = Vec::with_capacity(clocks.len() * 8 + 2);
        put_integer(&mut out, clocks.len() as u64);
        for (client, clock) in clocks {
            put_integer(&mut out, client);
            put_integer(&mut out, u64::from(clock));
        }
        out
    }

    /// Everything that a peer with these clocks lacks, format 1.
    pub fn since(&self, clocks: &[(u64, u32)]) -> Vec<u8> {
        let known = clocks
            .iter()
            .map(|(client, clock)| (ClientID::new(*client), *clock));
        self.doc
            .transact()
            .encode_diff_v1(&StateVector::new(known.collect()))
    }
}

fn decode(update: &[u8]) -> Result<Update, Stop> {
    Update::decode_v1(update).map_err(|_| Stop::Malformed(Malformed("the update does not decode")))
}

fn apply(update: Update, txn: &mut TransactionMut<'_>) -> Result<(), Stop> {
    txn.apply_update(update)
        .map_err(|_| Stop::Broken(Malformed("the update does not fit the document")))?;
    if txn.has_missing_updates() {
        return Err(Stop::Broken(Malformed("the update contradicts itself")));
    }
    Ok(())
}

fn changes_anything(txn: &TransactionMut<'_>) -> bool {
    !txn.delete_set().is_empty() || txn.before_state() != txn.after_state()
}

/// Whether an update deletes anything that still stands. Asked for readers only: their clients
/// answer a step 1 with all deletions they know of, and nothing in that is a change.
fn deletes_something(incoming: &Incoming, txn: &TransactionMut<'_>) -> bool {
    if incoming.scan.deletions.is_empty() {
        return false;
    }
    let mut deletions = IdSet::new();
    for span in &incoming.scan.deletions {
        let first = ID::new(ClientID::new(span.client), span.start);
        deletions.insert(first, span.end - span.start);
    }
    deletions.diff_with(&txn.snapshot().delete_set);
    !deletions.is_empty()
}

#[cfg(test)]
mod tests;
