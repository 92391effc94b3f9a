//! An article's draft in memory: the document, its block index and its authors.
//!
//! The three change together or not at all. The document never holds pending blocks: an update that
//! builds on something unknown is rejected and requested again, because pending blocks slow down
//! every later update and are neither visible nor on disk.

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, ID, IdSet, ReadTxn, StateVector, Transact, TransactionMut, Update};

use lectern_base::PersonId;

use super::authors::Authors;
use super::block_index::{Additions, BlockIndex, UpdateError};
use super::lib0::{Malformed, put_var_uint};
use super::suggestion_check::SuggestionCheck;
use super::update_scan::UpdateScan;

/// An update with the result of its scan.
#[derive(Debug, Clone)]
pub struct ScannedUpdate {
    /// What it inserts and deletes.
    pub scan: UpdateScan,
    /// The update, format 1.
    pub update: Bytes,
}

impl ScannedUpdate {
    /// Scans an update of format 1.
    pub fn new(update: Bytes) -> Result<Self, Malformed> {
        let scan = UpdateScan::parse(&update)?;
        Ok(Self { scan, update })
    }
}

/// The author of updates, and what they may do.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// `None` for Lectern itself.
    pub author: Option<PersonId>,
    /// What is accepted from them.
    pub rights: Rights,
}

/// What a person may do with a draft that they can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Read.
    Read,
    /// Suggest changes.
    Suggest,
    /// Change it.
    Write,
}

/// What a run of updates changed. Not yet on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The author.
    pub author: Option<PersonId>,
    /// Client ids that this change bound to the author.
    pub bound: Vec<u64>,
    /// Exactly what is new, as one update of format 1.
    pub update: Bytes,
}

/// Why an update was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// It builds on something that has not arrived.
    Missing,
    /// It is not a valid update.
    Malformed(Malformed),
    /// The person may only read.
    ReadOnly,
    /// The person may only suggest changes, and this does more.
    NotASuggestion,
    /// It inserts under a client id that belongs to someone else.
    ForeignClient(u64),
    /// The draft would exceed its size limit.
    TooLarge,
    /// It failed half-way: the document in memory can no longer be trusted.
    Broken(Malformed),
}

/// An open draft.
pub struct Draft {
    doc: Doc,
    index: BlockIndex,
    authors: Authors,
    size: usize,
    size_limit: usize,
    /// Present while a person who may only suggest is writing. Boxed, as few drafts have one.
    suggestions: Option<Box<SuggestionCheck>>,
}

impl Draft {
    /// Opens a document with its authors. Also returns its full state, format 1.
    ///
    /// `size_limit` applies to the full state, in bytes.
    pub fn open(
        doc: Doc,
        authors: Authors,
        size_limit: usize,
    ) -> Result<(Self, Vec<u8>), Malformed> {
        let mut draft = Self {
            doc,
            index: BlockIndex::default(),
            authors,
            size: 0,
            size_limit,
            suggestions: None,
        };
        let state = draft.encode_since(&[]);
        draft.index = BlockIndex::from_state(&state)?;
        draft.size = state.len();
        Ok((draft, state))
    }

    /// Binds every client id of a scan to one person.
    pub fn attributed_to(mut self, person: PersonId, scan: &UpdateScan) -> Self {
        let ranges: Vec<_> = scan.blocks.iter().map(|block| block.range).collect();
        self.authors.bind(Some(person), &ranges);
        self
    }

    /// Reopens the draft under another size limit. Also returns its full state.
    pub fn reopen(self, size_limit: usize) -> Result<(Self, Vec<u8>), Malformed> {
        Self::open(self.doc, self.authors, size_limit)
    }

    /// Returns the document.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }

    /// Returns the size of the full state in bytes: as last measured, plus all updates since.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Records a new measurement of the size.
    pub fn resize(&mut self, size: usize) {
        self.size = size;
    }

    /// Returns who owns each client id and who edited last.
    pub fn authors(&self) -> &Authors {
        &self.authors
    }

    /// Records the position of an edit that is on disk.
    pub fn record_edit(&mut self, author: Option<PersonId>, position: u64) {
        self.authors.record_edit(author, position);
    }

    /// Applies updates of one writer in order.
    ///
    /// Returns what they changed and, if one was rejected, its index and the reason. The updates
    /// after it have not been applied.
    pub fn apply(
        &mut self,
        writer: Writer,
        updates: &[ScannedUpdate],
    ) -> (Option<Change>, Option<(usize, Rejection)>) {
        let mut bound = Vec::new();
        let mut rejection = None;
        let doc = self.doc.clone();
        let mut txn = doc.transact_mut();
        for (place, incoming) in updates.iter().enumerate() {
            match self.apply_one(writer, incoming, &mut txn) {
                Ok(new) => bound.extend(new),
                Err(why) => {
                    rejection = Some((place, why));
                    break;
                }
            }
        }
        txn.commit();
        if matches!(rejection, Some((_, Rejection::Broken(_)))) {
            return (None, rejection);
        }
        let change = changes_anything(&txn).then(|| txn.encode_update_v1());
        self.size += change.as_ref().map_or(0, Vec::len);
        if let Some(update) = &change
            && writer.rights == Rights::Write
        {
            self.suggestions.take_if(|check| !check.follow(update));
        }
        let change = change.map(|update| Change {
            author: writer.author,
            bound,
            update: update.into(),
        });
        (change, rejection)
    }

    fn apply_one(
        &mut self,
        writer: Writer,
        incoming: &ScannedUpdate,
        txn: &mut TransactionMut<'_>,
    ) -> Result<Vec<u64>, Rejection> {
        let additions = self
            .index
            .check(&incoming.scan)
            .map_err(|error| match error {
                UpdateError::Missing => Rejection::Missing,
                UpdateError::Malformed(why) => Rejection::Malformed(why),
            })?;
        self.check_rights(writer, incoming, &additions, txn)?;
        if additions.fresh.is_empty() && incoming.scan.deletions.is_empty() {
            return Ok(Vec::new());
        }
        if writer.rights == Rights::Suggest {
            self.check_suggestion(writer.author, incoming, txn)?;
        }
        let update = decode(&incoming.update)?;
        integrate(update, txn)?;
        self.index.extend(&additions);
        Ok(self.authors.bind(writer.author, &additions.fresh))
    }

    /// Rejects an update that does more than suggest.
    fn check_suggestion(
        &mut self,
        author: Option<PersonId>,
        incoming: &ScannedUpdate,
        txn: &TransactionMut<'_>,
    ) -> Result<(), Rejection> {
        let ready = self
            .suggestions
            .take()
            .or_else(|| SuggestionCheck::copy_of(txn).map(Box::new));
        let (Some(mut check), Some(author)) = (ready, author) else {
            return Err(Rejection::NotASuggestion);
        };
        if !check.only_suggests(author, &incoming.update) {
            return Err(Rejection::NotASuggestion);
        }
        self.suggestions = Some(check);
        Ok(())
    }

    fn check_rights(
        &self,
        writer: Writer,
        incoming: &ScannedUpdate,
        additions: &Additions,
        txn: &TransactionMut<'_>,
    ) -> Result<(), Rejection> {
        if writer.rights == Rights::Read {
            let changes = !additions.fresh.is_empty() || deletes_anything_new(incoming, txn);
            return if changes {
                Err(Rejection::ReadOnly)
            } else {
                Ok(())
            };
        }
        if let Some(client) = self.authors.first_foreign(writer.author, &additions.fresh) {
            return Err(Rejection::ForeignClient(client));
        }
        if !additions.fresh.is_empty() && self.size + incoming.update.len() > self.size_limit {
            return Err(Rejection::TooLarge);
        }
        Ok(())
    }

    /// Returns the state vector, encoded for a step 1.
    pub fn state_vector(&self) -> Vec<u8> {
        let clocks: Vec<_> = self.index.clocks().collect();
        let mut out = Vec::with_capacity(clocks.len() * 8 + 2);
        put_var_uint(&mut out, clocks.len() as u64);
        for (client, clock) in clocks {
            put_var_uint(&mut out, client);
            put_var_uint(&mut out, u64::from(clock));
        }
        out
    }

    /// Encodes everything that a peer with these clocks lacks, format 1.
    pub fn encode_since(&self, clocks: &[(u64, u32)]) -> Vec<u8> {
        let known = clocks
            .iter()
            .map(|(client, clock)| (ClientID::new(*client), *clock));
        self.doc
            .transact()
            .encode_diff_v1(&StateVector::new(known.collect()))
    }
}

fn decode(update: &[u8]) -> Result<Update, Rejection> {
    Update::decode_v1(update)
        .map_err(|_| Rejection::Malformed(Malformed("the update does not decode")))
}

fn integrate(update: Update, txn: &mut TransactionMut<'_>) -> Result<(), Rejection> {
    txn.apply_update(update)
        .map_err(|_| Rejection::Broken(Malformed("the update does not fit the document")))?;
    if txn.has_missing_updates() {
        return Err(Rejection::Broken(Malformed(
            "the update contradicts itself",
        )));
    }
    Ok(())
}

fn changes_anything(txn: &TransactionMut<'_>) -> bool {
    !txn.delete_set().is_empty() || txn.before_state() != txn.after_state()
}

/// Returns whether an update deletes anything that is still there. Only needed for readers: their
/// clients answer a step 1 with every deletion they know of, which changes nothing.
fn deletes_anything_new(incoming: &ScannedUpdate, txn: &TransactionMut<'_>) -> bool {
    if incoming.scan.deletions.is_empty() {
        return false;
    }
    let mut deletions = IdSet::new();
    for range in &incoming.scan.deletions {
        let first = ID::new(ClientID::new(range.client), range.start);
        deletions.insert(first, range.end - range.start);
    }
    deletions.diff_with(&txn.snapshot().delete_set);
    !deletions.is_empty()
}

#[cfg(test)]
mod tests;
