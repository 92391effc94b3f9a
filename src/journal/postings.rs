//! Cursors that search the indexes from the newest entry to the oldest.

use std::collections::VecDeque;

use lectern_store::{Key as _, Range, Store, StoreError};

use super::EntryFilter;
use super::index::{EntryList, SPANS, Span, block_of, end_of_block};

/// Numbers read from a list at first, and after a gap in the other lists has been skipped.
const FEWEST: usize = 8;
/// Numbers read from a list at a time, at most.
const MOST: usize = 512;
/// Spans read at a time.
const SPANS_AT_A_TIME: usize = 512;

/// How much may still be read for a request.
pub(super) struct Budget(usize);

impl Budget {
    /// Allows reading `items` numbers or entries.
    pub(super) fn new(items: usize) -> Self {
        Self(items)
    }

    /// Spends on `items`.
    pub(super) fn spend(&mut self, items: usize) {
        self.0 = self.0.saturating_sub(items);
    }

    /// Returns whether nothing is left.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// A descending sequence of entry numbers.
pub(super) enum Postings {
    /// Those in a list.
    List(ListCursor),
    /// Those in blocks whose times match the filter.
    Times(TimeCursor),
}

impl Postings {
    /// Returns sequences that each contain every entry that matches `filter`.
    pub(super) fn of(filter: &EntryFilter) -> Vec<Self> {
        let lists = EntryList::of_filter(filter).into_iter();
        let mut found: Vec<_> = lists.map(ListCursor::new).map(Self::List).collect();
        if filter.from.is_some() || filter.before.is_some() {
            found.push(Self::Times(TimeCursor::new(filter)));
        }
        found
    }

    /// Returns the greatest number that is at most `seq`. Numbers must be asked for in descending
    /// order.
    pub(super) async fn at_most(
        &mut self,
        store: &Store,
        seq: u64,
        budget: &mut Budget,
    ) -> Result<Option<u64>, StoreError> {
        match self {
            Self::List(list) => list.at_most(store, seq, budget).await,
            Self::Times(times) => times.at_most(store, seq, budget).await,
        }
    }
}

/// Reads a list: many numbers at once where each is needed, few where most are skipped.
pub(super) struct ListCursor {
    list: EntryList,
    read: VecDeque<u64>,
    /// The last number taken from `read`.
    passed: Option<u64>,
    chunk: usize,
    /// Whether the list has no numbers below those read.
    ended: bool,
}

impl ListCursor {
    fn new(list: EntryList) -> Self {
        Self {
            list,
            read: VecDeque::new(),
            passed: None,
            chunk: FEWEST,
            ended: false,
        }
    }

    async fn at_most(
        &mut self,
        store: &Store,
        seq: u64,
        budget: &mut Budget,
    ) -> Result<Option<u64>, StoreError> {
        while self.read.front().is_some_and(|first| *first > seq) {
            self.passed = self.read.pop_front();
        }
        if self.read.is_empty() && !self.ended {
            let each_is_needed = self.passed.is_some_and(|passed| passed == seq + 1);
            self.chunk = match each_is_needed {
                true => (self.chunk * 4).min(MOST),
                false => FEWEST,
            };
            self.read = self.list.read(store, seq, self.chunk).await?.into();
            self.ended = self.read.len() < self.chunk;
            budget.spend(self.chunk);
        }
        Ok(self.read.front().copied())
    }
}

/// Reads the times of blocks.
pub(super) struct TimeCursor {
    filter: EntryFilter,
    read: VecDeque<(u64, Span)>,
    ended: bool,
}

impl TimeCursor {
    fn new(filter: &EntryFilter) -> Self {
        Self {
            filter: filter.clone(),
            read: VecDeque::new(),
            ended: false,
        }
    }

    async fn at_most(
        &mut self,
        store: &Store,
        seq: u64,
        budget: &mut Budget,
    ) -> Result<Option<u64>, StoreError> {
        let mut block = block_of(seq);
        loop {
            while let Some((found, span)) = self.read.front() {
                if *found <= block && span.may_match(&self.filter) {
                    return Ok(Some(seq.min(end_of_block(*found))));
                }
                block = block.min(*found);
                self.read.pop_front();
            }
            if self.ended {
                return Ok(None);
            }
            let range = Range::all().reverse().limit(SPANS_AT_A_TIME);
            let range = match block.checked_add(1) {
                Some(end) => range.after(&end.encode()),
                None => range,
            };
            self.read = SPANS.scan(store, range).await?.into();
            self.ended = self.read.len() < SPANS_AT_A_TIME;
            budget.spend(self.read.len() / 8);
            if self.read.is_empty() {
                return Ok(None);
            }
        }
    }
}
