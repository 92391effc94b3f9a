//! Finding entries: through the indexes, or by reading what is not indexed yet.

use lectern_base::{Page, Seek};
use lectern_store::{Key as _, Range, StoreError};

use super::postings::{Budget, Postings};
use super::raw_filter::RawFilter;
use super::record::ENTRIES;
use super::{Entry, EntryFilter, Journal, JournalError};

/// Number of entries read at a time.
const CHUNK: usize = 500;
/// Numbers of entries read for one request, at most: about ten milliseconds.
const BUDGET: usize = 20_000;
/// Numbers that can be read in the time of looking up an entry by its number.
const ENTRY: usize = 8;

/// Entries that were found, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FoundEntries {
    /// The entries.
    pub entries: Vec<Entry>,
    /// The number before which the search goes on, if it has not reached the first entry.
    pub before: Option<u64>,
}

impl Journal {
    /// Returns a page of the matching entries, newest first. The cursor is the number before which
    /// the next page begins.
    ///
    /// The work for a page is bounded. A page can therefore be short, or even empty, before the
    /// last one.
    pub async fn find(
        &self,
        filter: &EntryFilter,
        seek: &Seek,
    ) -> Result<Page<Entry>, JournalError> {
        let before = seek.after.as_deref().and_then(|text| text.parse().ok());
        let found = self.find_before(filter, before, seek.limit()).await?;
        Ok(Page {
            items: found.entries,
            next: found.before.map(|seq| seq.to_string()),
        })
    }

    /// Returns up to `limit` matching entries before number `before`, newest first; `None` starts
    /// with the newest. The work is bounded: there may be fewer entries although more follow.
    pub async fn find_before(
        &self,
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<FoundEntries, JournalError> {
        let budget = Budget::new(BUDGET);
        self.find_within(budget, filter, before, limit).await
    }

    /// Like [`Journal::find_before`], with another bound.
    pub(super) async fn find_within(
        &self,
        budget: Budget,
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<FoundEntries, JournalError> {
        let in_indexes = self.is_indexed() && !filter.is_empty();
        let mut found = if in_indexes {
            self.find_in_indexes(budget, filter, before, limit + 1)
                .await?
        } else {
            self.find_by_reading(budget, filter, before, limit + 1)
                .await?
        };
        if found.entries.len() > limit {
            found.entries.truncate(limit);
            found.before = found.entries.last().map(|entry| entry.seq);
        }
        Ok(found)
    }

    /// Intersects the lists of the filter: each skips what the others do not have, so that the
    /// rarest one decides how much is read.
    async fn find_in_indexes(
        &self,
        mut budget: Budget,
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<FoundEntries, JournalError> {
        let mut found = FoundEntries::default();
        let mut postings = Postings::of(filter);
        let mut next = before.unwrap_or(u64::MAX).checked_sub(1);
        while let Some(seq) = next {
            let Some((seq, agreed)) = self.lower(&mut postings, seq, &mut budget).await? else {
                return Ok(found);
            };
            if !agreed {
                found.before = seq.checked_add(1);
                return Ok(found);
            }
            budget.spend(ENTRY);
            let entry = ENTRIES.get(self.store(), &seq).await?;
            found
                .entries
                .extend(entry.filter(|entry| filter.matches(entry)));
            if found.entries.len() == limit {
                return Ok(found);
            }
            next = seq.checked_sub(1);
        }
        Ok(found)
    }

    /// Returns the greatest number that is at most `seq` and in all of `postings`, and `true`; a
    /// number above which there is none, and `false`, if the budget is spent first; `None` if there
    /// is none.
    async fn lower(
        &self,
        postings: &mut [Postings],
        mut seq: u64,
        budget: &mut Budget,
    ) -> Result<Option<(u64, bool)>, StoreError> {
        let mut agreeing = 0;
        let mut turn = 0;
        while agreeing < postings.len() {
            if budget.is_spent() {
                return Ok(Some((seq, false)));
            }
            match postings[turn].at_most(self.store(), seq, budget).await? {
                None => return Ok(None),
                Some(same) if same == seq => agreeing += 1,
                Some(lower) => {
                    seq = lower;
                    agreeing = 1;
                }
            }
            turn = (turn + 1) % postings.len();
        }
        Ok(Some((seq, true)))
    }

    /// Reads entry by entry.
    async fn find_by_reading(
        &self,
        mut budget: Budget,
        filter: &EntryFilter,
        before: Option<u64>,
        limit: usize,
    ) -> Result<FoundEntries, JournalError> {
        let raw_filter = RawFilter::of(filter);
        let mut found = FoundEntries::default();
        let mut range = Range::all().reverse();
        if let Some(before) = before {
            range = range.after(&before.to_be_bytes());
        }
        loop {
            let chunk = match filter.is_empty() {
                true => limit - found.entries.len(),
                false => CHUNK,
            };
            let stretch = range.clone().limit(chunk.min(CHUNK));
            let entries = self.store().scan(ENTRIES.name(), stretch).await?;
            let Some((last, _)) = entries.last() else {
                return Ok(found);
            };
            range = range.after(last);
            for (key, raw) in entries.iter().filter(|(_, raw)| raw_filter.may_match(raw)) {
                let entry = ENTRIES.open(key, raw)?;
                if filter.matches(&entry) {
                    found.entries.push(entry);
                }
                if found.entries.len() == limit {
                    return Ok(found);
                }
            }
            budget.spend(entries.len());
            if budget.is_spent() && !filter.is_empty() {
                let (last, _) = entries.last().expect("checked above");
                found.before = u64::decode(last);
                return Ok(found);
            }
        }
    }
}
