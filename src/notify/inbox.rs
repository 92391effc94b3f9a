//! Stores notices and read marks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{PersonId, Timestamp};
use lectern_store::{Batch, Key, Range, Store, Table, retrying};

use crate::NotifyError;
use crate::notice::Notice;

/// Maximum number of notices per person; older ones are deleted.
pub const INBOX_LIMIT: usize = 500;
/// Notices older than this count as read when delivered: rebuilding the view, or building it for an
/// old journal, is not news.
const MAX_NEWS_AGE: Duration = Duration::from_secs(30 * 86_400);
/// Records deleted in one commit.
const DELETE_BATCH: usize = 1_000;

/// The notices of each person, by journal sequence number.
const NOTICES: Table<(PersonId, u64), Notice> = Table::new("inbox");
/// Unread counts, shown on every page. Every change to an inbox expects this record to be
/// unchanged.
const UNREAD_COUNTS: Table<PersonId, UnreadCount> = Table::new("inbox_tallies");
/// Read marks. They are not derived from the journal and survive a rebuild.
const MARKS: Table<PersonId, ReadMarks> = Table::new("inbox_read");
/// The last delivered journal entry, written in the same commit as its notices.
const POSITION: Table<String, u64> = Table::new("inbox_position");

/// The number of unread notices and a change counter: two changes may leave the same number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct UnreadCount {
    unread: usize,
    turn: u64,
}

/// The notices a person has read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ReadMarks {
    /// Everything up to this number.
    through: u64,
    /// Further numbers beyond it.
    also: BTreeSet<u64>,
}

impl ReadMarks {
    fn has(&self, number: u64) -> bool {
        number <= self.through || self.also.contains(&number)
    }

    fn through(&mut self, number: u64) {
        self.through = self.through.max(number);
        self.also = self.also.split_off(&(self.through + 1));
    }
}

/// New notices by person.
pub type Delivery = BTreeMap<PersonId, Vec<Notice>>;

/// A selection of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// Those with these numbers, if they exist.
    These(Vec<u64>),
}

/// A notice with its read state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// The notice.
    pub notice: Notice,
    /// Whether it was read.
    pub read: bool,
}

/// Stores the inboxes.
pub struct Inbox {
    store: Store,
}

/// A change to one person's inbox within a batch.
struct InboxUpdate {
    person: PersonId,
    turn: u64,
    numbers: BTreeSet<u64>,
    marks: ReadMarks,
}

impl Inbox {
    /// Creates the service on top of `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Returns the sequence number of the last delivered journal entry.
    pub async fn position(&self) -> Result<u64, NotifyError> {
        Ok(POSITION.get(&self.store, &journal()).await?.unwrap_or(0))
    }

    /// Returns a person's number of unread notices.
    pub async fn unread(&self, person: PersonId) -> Result<usize, NotifyError> {
        let count = UNREAD_COUNTS.get(&self.store, &person).await?;
        Ok(count.unwrap_or_default().unread)
    }

    /// Returns a person's notices, newest first.
    pub async fn of(&self, person: PersonId) -> Result<Vec<InboxItem>, NotifyError> {
        let marks = MARKS.get(&self.store, &person).await?.unwrap_or_default();
        let found = NOTICES.scan_under(&self.store, &person).await?;
        let items = found
            .into_iter()
            .rev()
            .map(|((_, number), notice)| InboxItem {
                notice,
                read: marks.has(number),
            });
        Ok(items.collect())
    }

    /// Returns everyone who ever received a notice.
    pub async fn people(&self) -> Result<Vec<PersonId>, NotifyError> {
        let found = UNREAD_COUNTS.all(&self.store).await?;
        Ok(found.into_iter().map(|(person, _)| person).collect())
    }

    /// Returns one notice.
    pub async fn get(&self, person: PersonId, number: u64) -> Result<Option<Notice>, NotifyError> {
        Ok(NOTICES.get(&self.store, &(person, number)).await?)
    }

    /// Delivers notices and advances the position to `upto`, in one commit.
    ///
    /// Notices already delivered are left unchanged. The oldest beyond the limit are deleted.
    pub async fn deliver(
        &self,
        post: &Delivery,
        upto: u64,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        self.write(|| async {
            let mut batch = Batch::new();
            for (person, notices) in post {
                self.add(&mut batch, *person, notices, now).await?;
            }
            POSITION.put(&mut batch, &journal(), &upto);
            Ok(batch)
        })
        .await
    }

    async fn add(
        &self,
        batch: &mut Batch,
        person: PersonId,
        notices: &[Notice],
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let mut update = self.update(batch, person).await?;
        for notice in notices {
            if update.numbers.insert(notice.number) {
                NOTICES.put(batch, &(person, notice.number), notice);
                if now.since(notice.at) > MAX_NEWS_AGE {
                    update.marks.through(notice.number);
                }
            }
        }
        while update.numbers.len() > INBOX_LIMIT {
            if let Some(oldest) = update.numbers.pop_first() {
                NOTICES.delete(batch, &(person, oldest));
            }
        }
        update.put(batch);
        Ok(())
    }

    /// Marks notices as read.
    pub async fn mark(&self, person: PersonId, which: &Selection) -> Result<(), NotifyError> {
        self.write(|| async {
            let mut batch = Batch::new();
            let mut update = self.update(&mut batch, person).await?;
            let read = match which {
                Selection::All => update.numbers.clone(),
                Selection::These(numbers) => {
                    let mut numbers = BTreeSet::from_iter(numbers.iter().copied());
                    numbers.retain(|number| update.numbers.contains(number));
                    numbers
                }
            };
            if read.iter().all(|number| update.marks.has(*number)) {
                return Ok(Batch::new());
            }
            match (which, read.last()) {
                (Selection::All, Some(newest)) => update.marks.through(*newest),
                _ => update.marks.also.extend(read),
            }
            update.put(&mut batch);
            Ok(batch)
        })
        .await
    }

    /// Removes notices a person may no longer see.
    pub async fn remove(&self, person: PersonId, numbers: &[u64]) -> Result<(), NotifyError> {
        self.write(|| async {
            let mut batch = Batch::new();
            let mut update = self.update(&mut batch, person).await?;
            for number in numbers {
                if update.numbers.remove(number) {
                    NOTICES.delete(&mut batch, &(person, *number));
                }
            }
            update.put(&mut batch);
            Ok(batch)
        })
        .await
    }

    /// Deletes all notices, so that following the journal from the beginning refills the inboxes.
    /// Read marks are kept.
    pub async fn clear(&self) -> Result<(), NotifyError> {
        let mut batch = Batch::new();
        POSITION.delete(&mut batch, &journal());
        for (person, _) in UNREAD_COUNTS.all(&self.store).await? {
            UNREAD_COUNTS.delete(&mut batch, &person);
        }
        self.store.commit(batch).await?;
        loop {
            let found = NOTICES
                .scan(&self.store, Range::all().limit(DELETE_BATCH))
                .await?;
            if found.is_empty() {
                return Ok(());
            }
            let mut batch = Batch::new();
            for (key, _) in found {
                NOTICES.delete(&mut batch, &key);
            }
            self.store.commit(batch).await?;
        }
    }

    /// Reads an inbox; the batch fails if it changes in the meantime.
    async fn update(
        &self,
        batch: &mut Batch,
        person: PersonId,
    ) -> Result<InboxUpdate, NotifyError> {
        let found = UNREAD_COUNTS.get_versioned(&self.store, &person).await?;
        match &found {
            Some(found) => UNREAD_COUNTS.expect(batch, &person, found),
            None => UNREAD_COUNTS.insert(batch, &person, &UnreadCount::default()),
        }
        let range = Range::prefix(&person.encode());
        let notices = self.store.scan(NOTICES.name(), range).await?;
        let number = |key: &[u8]| <(PersonId, u64)>::decode(key).map(|(_, number)| number);
        Ok(InboxUpdate {
            person,
            turn: found.map_or(0, |found| found.value.turn),
            numbers: notices.iter().filter_map(|(key, _)| number(key)).collect(),
            marks: MARKS.get(&self.store, &person).await?.unwrap_or_default(),
        })
    }

    async fn write<F>(&self, prepare: impl Fn() -> F) -> Result<(), NotifyError>
    where
        F: Future<Output = Result<Batch, NotifyError>>,
    {
        retrying(NotifyError::Contended, || async {
            let batch = prepare().await?;
            if !batch.is_empty() {
                self.store.commit(batch).await?;
            }
            Ok(())
        })
        .await
    }
}

impl InboxUpdate {
    /// Writes the read marks and the unread count.
    fn put(mut self, batch: &mut Batch) {
        let first = self.numbers.first().copied().unwrap_or(0);
        self.marks.also = self.marks.also.split_off(&first);
        let unread = self
            .numbers
            .iter()
            .filter(|number| !self.marks.has(**number));
        let count = UnreadCount {
            unread: unread.count(),
            turn: self.turn + 1,
        };
        UNREAD_COUNTS.put(batch, &self.person, &count);
        MARKS.put(batch, &self.person, &self.marks);
    }
}

fn journal() -> String {
    "journal".to_owned()
}
