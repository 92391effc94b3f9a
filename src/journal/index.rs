//! The indexes of the journal: the numbers of the entries about each article, person and module and
//! of each event, and the times of stretches of entries.
//!
//! They are written in the same batch as the entry. Only the numbers are stored: an entry that is
//! found is read and checked against the whole filter.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

use super::{Actor, Entry, EntryFilter};

/// The tables of lists; keys are what the list is about, followed by the number of the entry.
pub(super) const BY_ARTICLE: &str = "journal_by_article";
pub(super) const BY_PERSON: &str = "journal_by_person";
pub(super) const BY_MODULE: &str = "journal_by_module";
pub(super) const BY_EVENT: &str = "journal_by_event";
/// The times of each block of entries.
pub(super) static SPANS: Table<u64, Span> = Table::new("journal_spans");

/// The record of a number in a list, in the envelope of every record.
const LISTED: &[u8] = br#"{"v":1,"r":null}"#;
/// Number of entries in a block.
const BLOCK: u64 = 1_024;

/// The entries about one article, person or module, or of one event or group of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EntryList {
    table: &'static str,
    prefix: Vec<u8>,
}

impl EntryList {
    fn new(table: &'static str, key: &impl Key) -> Self {
        Self {
            table,
            prefix: key.encode(),
        }
    }

    /// Returns the lists that an entry is in.
    pub(super) fn of_entry(entry: &Entry) -> BTreeSet<Self> {
        let mut lists = BTreeSet::new();
        for id in parsed::<ArticleId>(entry, "article") {
            lists.insert(Self::new(BY_ARTICLE, &id));
        }
        for id in parsed::<ModuleId>(entry, "module").chain(entry.module) {
            lists.insert(Self::new(BY_MODULE, &id));
        }
        for id in parsed::<PersonId>(entry, "person") {
            lists.insert(Self::new(BY_PERSON, &id));
        }
        if let Actor::Person(id) = entry.actor {
            lists.insert(Self::new(BY_PERSON, &id));
        }
        let dots = entry.deed.match_indices('.').map(|(dot, _)| dot);
        for end in dots.chain([entry.deed.len()]) {
            lists.insert(Self::new(BY_EVENT, &entry.deed[..end].to_owned()));
        }
        lists
    }

    /// Returns the lists that contain every entry that matches `filter`.
    pub(super) fn of_filter(filter: &EntryFilter) -> Vec<Self> {
        let lists = [
            filter.article.map(|id| Self::new(BY_ARTICLE, &id)),
            filter.person.map(|id| Self::new(BY_PERSON, &id)),
            filter.module.map(|id| Self::new(BY_MODULE, &id)),
            filter.deed.as_ref().map(|name| Self::new(BY_EVENT, name)),
        ];
        lists.into_iter().flatten().collect()
    }

    /// Returns the table and the key of an entry in the list.
    pub(super) fn key(&self, seq: u64) -> (&'static str, Vec<u8>) {
        let mut key = self.prefix.clone();
        seq.write(&mut key);
        (self.table, key)
    }

    /// Returns up to `limit` numbers in the list that are at most `seq`, the greatest first.
    pub(super) async fn read(
        &self,
        store: &Store,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<u64>, StoreError> {
        let mut range = Range::prefix(&self.prefix).reverse();
        if let Some(end) = seq.checked_add(1) {
            range = range.after(&self.key(end).1);
        }
        let found = store.scan(self.table, range.limit(limit)).await?;
        Ok(found
            .iter()
            .filter_map(|(key, _)| u64::decode(&key[self.prefix.len()..]))
            .collect())
    }
}

/// Returns the identifiers of this kind that an entry mentions.
fn parsed<T: std::str::FromStr>(entry: &Entry, kind: &str) -> impl Iterator<Item = T> {
    entry.mentions(kind).filter_map(|id| id.parse().ok())
}

/// Adds an entry to its lists.
pub(super) fn list(batch: &mut Batch, entry: &Entry) {
    for list in EntryList::of_entry(entry) {
        let (table, key) = list.key(entry.seq);
        batch.put(table, &key, LISTED);
    }
}

/// Returns the first of consecutive entries that an index lacks, and the table of that index.
pub(super) async fn first_unlisted(
    store: &Store,
    entries: &[Entry],
) -> Result<Option<(u64, &'static str)>, StoreError> {
    for entry in entries {
        for list in EntryList::of_entry(entry) {
            let (table, key) = list.key(entry.seq);
            if store.get(table, &key).await?.is_none() {
                return Ok(Some((entry.seq, table)));
            }
        }
    }
    for entries in entries.chunk_by(|a, b| block_of(a.seq) == block_of(b.seq)) {
        let span = SPANS.get(store, &block_of(entries[0].seq)).await?;
        let has = |at| span.is_some_and(|span| span.first <= at && at <= span.last);
        if let Some(entry) = entries.iter().find(|entry| !has(entry.at)) {
            return Ok(Some((entry.seq, SPANS.name())));
        }
    }
    Ok(None)
}

/// The earliest and the latest time in a block of entries. Times need not be in order, because the
/// clock may have been set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    first: Timestamp,
    last: Timestamp,
}

impl Span {
    /// Returns whether the block can contain an entry that matches the times of `filter`.
    pub(super) fn may_match(&self, filter: &EntryFilter) -> bool {
        filter.from.is_none_or(|from| self.last >= from)
            && filter.before.is_none_or(|before| self.first < before)
    }

    fn widen(&mut self, at: Timestamp) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
    }
}

/// Returns the number of the block that an entry is in.
pub(super) fn block_of(seq: u64) -> u64 {
    seq / BLOCK
}

/// Returns the number of the last entry that can be in a block.
pub(super) fn end_of_block(block: u64) -> u64 {
    block.saturating_mul(BLOCK).saturating_add(BLOCK - 1)
}

/// Adds the times of consecutive entries to their blocks.
pub(super) async fn put_spans(
    store: &Store,
    batch: &mut Batch,
    entries: &[Entry],
) -> Result<(), StoreError> {
    for entries in entries.chunk_by(|a, b| block_of(a.seq) == block_of(b.seq)) {
        let block = block_of(entries[0].seq);
        let known = SPANS.get(store, &block).await?;
        let mut span = known.unwrap_or(Span {
            first: entries[0].at,
            last: entries[0].at,
        });
        entries.iter().for_each(|entry| span.widen(entry.at));
        SPANS.put(batch, &block, &span);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use lectern_base::{Hash, Subject};

    #[test]
    fn an_entry_is_in_the_lists_of_everything_it_mentions() {
        let (ada, ben) = (PersonId::new(), PersonId::new());
        let (article, module) = (ArticleId::new(), ModuleId::new());
        let entry = Entry {
            seq: 7,
            at: Timestamp::from_millis(0),
            actor: Actor::Person(ada),
            deed: "review.stage.opened".into(),
            subject: Subject::person(ben),
            module: None,
            old: Some(json!({"article": article, "module": "gone"})),
            new: Some(json!({"article": article, "module": module, "person": ada})),
            reason: None,
            prev: Hash::ZERO,
            hash: Hash::ZERO,
        };
        let expected = [
            EntryList::new(BY_ARTICLE, &article),
            EntryList::new(BY_MODULE, &module),
            EntryList::new(BY_PERSON, &ada),
            EntryList::new(BY_PERSON, &ben),
            EntryList::new(BY_EVENT, &"review".to_owned()),
            EntryList::new(BY_EVENT, &"review.stage".to_owned()),
            EntryList::new(BY_EVENT, &"review.stage.opened".to_owned()),
        ];
        assert_eq!(EntryList::of_entry(&entry), BTreeSet::from(expected));
    }

    #[test]
    fn blocks_end_where_the_next_begin() {
        assert_eq!((block_of(0), block_of(1_023), block_of(1_024)), (0, 0, 1));
        assert_eq!((end_of_block(0), end_of_block(1)), (1_023, 2_047));
        assert_eq!(end_of_block(block_of(u64::MAX)), u64::MAX);
    }
}
