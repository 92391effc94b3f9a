//! One article's draft in memory: the document, its outline and its authors.
//!
//! The three change together or not at all. The document never holds anything pending: an update
//! that builds on something unknown is turned away and asked for again, because held-back pieces
//! would cost time with every later update and would be neither visible nor on disk.

use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, ID, IdSet, ReadTxn, StateVector, Transact, TransactionMut, Update};

use super::authors::Authors;
use super::outline::{Growth, Obstacle, Outline};
use super::scan::Scan;
use super::wire::{Malformed, put_integer};
use crate::base::PersonId;

/// One update as it came, with what the scanner saw in it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What it inserts and deletes.
    pub scan: Scan,
    /// Its bytes, format 1.
    pub update: Bytes,
}

/// Who writes, and whether they may.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// `None` for Lectern itself.
    pub author: Option<PersonId>,
    /// Whether changes are accepted from them.
    pub may_write: bool,
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
}

impl Draft {
    /// Opens a document with what is known about it.
    ///
    /// `size_limit` is in bytes of the whole state in format 1.
    pub fn new(doc: Doc, authors: Authors, size_limit: usize) -> Result<Self, Malformed> {
        let state = doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default());
        let outline = Outline::of(&state)?;
        Ok(Self {
            doc,
            outline,
            authors,
            size: state.len(),
            size_limit,
        })
    }

    /// The document.
    pub fn doc(&self) -> &Doc {
        &self.doc
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
        let update = decode(&incoming.update)?;
        apply(update, txn)?;
        self.outline.grow(&growth);
        Ok(self.authors.bind(writer.author, &growth.fresh))
    }

    fn permit(
        &self,
        writer: Writer,
        incoming: &Incoming,
        growth: &Growth,
        txn: &TransactionMut<'_>,
    ) -> Result<(), Stop> {
        if !writer.may_write {
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
mod tests {
    use yrs::{GetString, Text};

    use super::*;
    use crate::article::new_doc;

    const LIMIT: usize = 10_000;

    fn empty() -> Draft {
        Draft::new(new_doc(None), Authors::default(), LIMIT).unwrap()
    }

    fn writer() -> Writer {
        Writer {
            author: Some(PersonId::new()),
            may_write: true,
        }
    }

    fn incoming(update: Vec<u8>) -> Incoming {
        Incoming {
            scan: Scan::of(&update).unwrap(),
            update: update.into(),
        }
    }

    /// Types into the title and returns the update.
    fn typed(doc: &Doc, at: u32, text: &str) -> Incoming {
        let title = doc.get_or_insert_text("title");
        let mut txn = doc.transact_mut();
        title.insert(&mut txn, at, text);
        incoming(txn.encode_update_v1())
    }

    fn title(draft: &Draft) -> String {
        let title = draft.doc().get_or_insert_text("title");
        title.get_string(&draft.doc().transact())
    }

    fn stop(outcome: (Option<Change>, Option<(usize, Stop)>)) -> Option<Stop> {
        outcome.1.map(|(_, stop)| stop)
    }

    #[test]
    fn updates_of_one_turn_become_one_change() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
        let updates = [typed(&doc, 0, "Grüße"), typed(&doc, 5, " 👩‍🔬")];
        let (change, stop) = draft.take(ada, &updates);
        let change = change.unwrap();
        assert_eq!((stop, change.bound), (None, vec![7]));
        assert_eq!(title(&draft), "Grüße 👩‍🔬");

        let other = new_doc(None);
        let update = Update::decode_v1(&change.update).unwrap();
        other.transact_mut().apply_update(update).unwrap();
        let text = other.get_or_insert_text("title");
        assert_eq!(text.get_string(&other.transact()), "Grüße 👩‍🔬");
    }

    #[test]
    fn what_is_known_changes_nothing() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
        let update = typed(&doc, 0, "a");
        assert!(draft.take(ada, std::slice::from_ref(&update)).0.is_some());
        assert_eq!(draft.take(ada, &[update]), (None, None));
    }

    #[test]
    fn nobody_writes_under_the_client_id_of_another() {
        let (mut draft, ada, bo, doc) = (empty(), writer(), writer(), new_doc(Some(7)));
        draft.take(ada, &[typed(&doc, 0, "Ada")]);
        assert_eq!(
            stop(draft.take(bo, &[typed(&doc, 0, "Bo was here")])),
            Some(Stop::Foreign(7))
        );
        assert_eq!(title(&draft), "Ada");
        assert_eq!(draft.authors().foreign(bo.author, &[]), None);
    }

    #[test]
    fn everybody_may_delete_what_others_wrote() {
        let (mut draft, ada, bo, doc) = (empty(), writer(), writer(), new_doc(Some(7)));
        draft.take(ada, &[typed(&doc, 0, "Ada")]);
        let text = doc.get_or_insert_text("title");
        let mut txn = doc.transact_mut();
        text.remove_range(&mut txn, 0, 2);
        let (change, stop) = draft.take(bo, &[incoming(txn.encode_update_v1())]);
        assert_eq!((change.unwrap().author, stop), (bo.author, None));
        assert_eq!(title(&draft), "a");
    }

    #[test]
    fn a_reader_changes_nothing_but_may_repeat_what_is_there() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
        draft.take(ada, &[typed(&doc, 0, "abc")]);
        let reader = Writer {
            may_write: false,
            ..writer()
        };
        let text = doc.get_or_insert_text("title");
        text.remove_range(&mut doc.transact_mut(), 0, 1);
        let all = || {
            incoming(
                doc.transact()
                    .encode_state_as_update_v1(&StateVector::default()),
            )
        };
        assert_eq!(
            stop(draft.take(reader, &[all()])),
            Some(Stop::ReadOnly),
            "a deletion"
        );
        assert_eq!(title(&draft), "abc");
        draft.take(ada, &[all()]);
        assert_eq!(
            draft.take(reader, &[all()]),
            (None, None),
            "the same deletion, now known"
        );
        assert_eq!(
            stop(draft.take(reader, &[typed(&doc, 0, "x")])),
            Some(Stop::ReadOnly)
        );
    }

    #[test]
    fn an_update_that_builds_on_something_unknown_leaves_nothing_behind() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
        let (first, second) = (typed(&doc, 0, "a"), typed(&doc, 1, "b"));
        assert_eq!(
            stop(draft.take(ada, std::slice::from_ref(&second))),
            Some(Stop::Missing)
        );
        assert_eq!(title(&draft), "");
        draft.take(ada, &[first, second]);
        assert_eq!(title(&draft), "ab");
    }

    #[test]
    fn a_draft_does_not_grow_beyond_its_limit_but_can_still_be_cut() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(None));
        draft.take(ada, &[typed(&doc, 0, &"x".repeat(LIMIT - 500))]);
        assert_eq!(
            stop(draft.take(ada, &[typed(&doc, 0, &"y".repeat(600))])),
            Some(Stop::TooLarge)
        );
        let text = doc.get_or_insert_text("title");
        text.remove_range(&mut doc.transact_mut(), 0, 600);
        let mut txn = doc.transact_mut();
        text.remove_range(&mut txn, 0, 10);
        let update = txn.encode_update_v1();
        assert_eq!(draft.take(ada, &[incoming(update)]).1, None);
        assert_eq!(title(&draft).len(), LIMIT - 510);
    }

    /// A letter whose parent is a letter.
    #[test]
    fn an_update_that_goes_wrong_half_way_yields_no_change() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
        draft.take(ada, &[typed(&doc, 0, "a")]);
        let odd = vec![1, 1, 8, 0, 4, 0, 7, 0, 1, b'x', 0];
        let (change, stop) = draft.take(ada, &[incoming(odd)]);
        assert!(matches!(stop, Some((0, Stop::Broken(_)))), "{stop:?}");
        assert_eq!(change, None);
    }

    #[test]
    fn a_state_vector_asks_for_exactly_what_is_lacking() {
        let (mut draft, ada, doc) = (empty(), writer(), new_doc(Some(7)));
        draft.take(ada, &[typed(&doc, 0, "a")]);
        let known = super::super::protocol::read_state_vector(&draft.state_vector()).unwrap();
        assert_eq!(known, [(7, 1)]);
        draft.take(ada, &[typed(&doc, 1, "b")]);
        let lacking = Scan::of(&draft.since(&known)).unwrap();
        assert_eq!(lacking.pieces[0].span.start, 1);
    }
}
