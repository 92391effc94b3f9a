//! The notices of everybody, and which of them were read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{PersonId, Timestamp};
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

use super::notice::Notice;
use crate::SocialError;

/// Notices that are kept for a person; older ones go.
pub const MOST: usize = 500;
/// What is older than this when it comes counts as read: a view that is built anew, or for the first time over an old
/// journal, is no news.
const NEWS: Duration = Duration::from_secs(30 * 86_400);
/// A person may read while they are told something.
const TRIES: usize = 8;
/// Records deleted in one commit.
const STRIDE: usize = 1_000;

/// The notices of each person, by the number of the journal's entry.
const NOTICES: Table<(PersonId, u64), Notice> = Table::new("inbox");
/// How many of them are unread, which every page shows. Whoever changes anything of a person's expects it unchanged.
const TALLIES: Table<PersonId, Tally> = Table::new("inbox_tallies");
/// Which were read. It is no view of the journal, and stays when the others are built anew.
const MARKS: Table<PersonId, Marks> = Table::new("inbox_read");
/// The number of the last entry that everybody was told of, written together with what they were told.
const POSITION: Table<String, u64> = Table::new("inbox_position");

/// How much a person has not read, and how often that was written down: two changes may leave the same number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    unread: usize,
    turn: u64,
}

/// Which notices a person has read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    /// Everything up to this number,
    through: u64,
    /// and these beyond it.
    also: BTreeSet<u64>,
}

impl Marks {
    fn has(&self, number: u64) -> bool {
        number <= self.through || self.also.contains(&number)
    }

    fn through(&mut self, number: u64) {
        self.through = self.through.max(number);
        self.also = self.also.split_off(&(self.through + 1));
    }
}

/// What is to be told, to each person.
pub type Post = BTreeMap<PersonId, Vec<Notice>>;

/// Notices that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All that there are.
    All,
    /// Those with these numbers, as far as there are such.
    These(Vec<u64>),
}

/// A notice, and whether it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The notice.
    pub notice: Notice,
    /// Whether it was read.
    pub read: bool,
}

/// All inboxes.
pub struct Inbox {
    store: Store,
}

/// One person's part of a batch: what they have, and what is to become of it.
struct Shelf {
    person: PersonId,
    turn: u64,
    numbers: BTreeSet<u64>,
    marks: Marks,
}

impl Inbox {
    /// Keeps them in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Returns the number of the last journal entry that everybody was told of.
    pub async fn position(&self) -> Result<u64, SocialError> {
        Ok(POSITION.get(&self.store, &journal()).await?.unwrap_or(0))
    }

    /// Returns how many notices a person has not read.
    pub async fn unread(&self, person: PersonId) -> Result<usize, SocialError> {
        let tally = TALLIES.get(&self.store, &person).await?;
        Ok(tally.unwrap_or_default().unread)
    }

    /// Returns a person's notices, newest first.
    pub async fn of(&self, person: PersonId) -> Result<Vec<Kept>, SocialError> {
        let marks = MARKS.get(&self.store, &person).await?.unwrap_or_default();
        let found = NOTICES.scan_under(&self.store, &person).await?;
        let kept = found.into_iter().rev().map(|((_, number), notice)| Kept {
            notice,
            read: marks.has(number),
        });
        Ok(kept.collect())
    }

    /// Returns everybody who was ever told anything.
    pub async fn people(&self) -> Result<Vec<PersonId>, SocialError> {
        let found = TALLIES.all(&self.store).await?;
        Ok(found.into_iter().map(|(person, _)| person).collect())
    }

    /// Returns one notice.
    pub async fn get(&self, person: PersonId, number: u64) -> Result<Option<Notice>, SocialError> {
        Ok(NOTICES.get(&self.store, &(person, number)).await?)
    }

    /// Tells people what concerns them, and remembers that everything up to entry `upto` is told: all in one commit.
    ///
    /// What is there already stays as it is; what is too much goes, the oldest first.
    pub async fn deliver(&self, post: &Post, upto: u64, now: Timestamp) -> Result<(), SocialError> {
        self.write(|| async {
            let mut batch = Batch::new();
            for (person, notices) in post {
                self.put_up(&mut batch, *person, notices, now).await?;
            }
            POSITION.put(&mut batch, &journal(), &upto);
            Ok(batch)
        })
        .await
    }

    async fn put_up(
        &self,
        batch: &mut Batch,
        person: PersonId,
        notices: &[Notice],
        now: Timestamp,
    ) -> Result<(), SocialError> {
        let mut shelf = self.shelf(batch, person).await?;
        for notice in notices {
            if shelf.numbers.insert(notice.number) {
                NOTICES.put(batch, &(person, notice.number), notice);
                if now.since(notice.at) > NEWS {
                    shelf.marks.through(notice.number);
                }
            }
        }
        while shelf.numbers.len() > MOST {
            if let Some(oldest) = shelf.numbers.pop_first() {
                NOTICES.delete(batch, &(person, oldest));
            }
        }
        shelf.put(batch);
        Ok(())
    }

    /// Remembers what a person has read.
    pub async fn mark(&self, person: PersonId, which: &Which) -> Result<(), SocialError> {
        self.write(|| async {
            let mut batch = Batch::new();
            let mut shelf = self.shelf(&mut batch, person).await?;
            let read = match which {
                Which::All => shelf.numbers.clone(),
                Which::These(numbers) => {
                    let mut numbers = BTreeSet::from_iter(numbers.iter().copied());
                    numbers.retain(|number| shelf.numbers.contains(number));
                    numbers
                }
            };
            if read.iter().all(|number| shelf.marks.has(*number)) {
                return Ok(Batch::new());
            }
            match (which, read.last()) {
                (Which::All, Some(newest)) => shelf.marks.through(*newest),
                _ => shelf.marks.also.extend(read),
            }
            shelf.put(&mut batch);
            Ok(batch)
        })
        .await
    }

    /// Takes notices away from somebody who may no longer see what they are about.
    pub async fn take_away(&self, person: PersonId, numbers: &[u64]) -> Result<(), SocialError> {
        self.write(|| async {
            let mut batch = Batch::new();
            let mut shelf = self.shelf(&mut batch, person).await?;
            for number in numbers {
                if shelf.numbers.remove(number) {
                    NOTICES.delete(&mut batch, &(person, *number));
                }
            }
            shelf.put(&mut batch);
            Ok(batch)
        })
        .await
    }

    /// Forgets every notice, so that following the journal from its beginning fills the inboxes again. What was read
    /// stays known.
    pub async fn empty(&self) -> Result<(), SocialError> {
        let mut batch = Batch::new();
        POSITION.delete(&mut batch, &journal());
        for (person, _) in TALLIES.all(&self.store).await? {
            TALLIES.delete(&mut batch, &person);
        }
        self.store.commit(batch).await?;
        loop {
            let found = NOTICES
                .scan(&self.store, Range::all().limit(STRIDE))
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

    /// Reads what a person has; the batch expects that nobody changes it meanwhile.
    async fn shelf(&self, batch: &mut Batch, person: PersonId) -> Result<Shelf, SocialError> {
        let found = TALLIES.get_versioned(&self.store, &person).await?;
        match &found {
            Some(found) => TALLIES.expect(batch, &person, found),
            None => TALLIES.insert(batch, &person, &Tally::default()),
        }
        let range = Range::prefix(&person.encode());
        let notices = self.store.scan(NOTICES.name(), range).await?;
        let number = |key: &[u8]| <(PersonId, u64)>::decode(key).map(|(_, number)| number);
        Ok(Shelf {
            person,
            turn: found.map_or(0, |found| found.value.turn),
            numbers: notices.iter().filter_map(|(key, _)| number(key)).collect(),
            marks: MARKS.get(&self.store, &person).await?.unwrap_or_default(),
        })
    }

    async fn write<F>(&self, prepare: impl Fn() -> F) -> Result<(), SocialError>
    where
        F: Future<Output = Result<Batch, SocialError>>,
    {
        for _ in 0..TRIES {
            let batch = prepare().await?;
            if batch.is_empty() {
                return Ok(());
            }
            match self.store.commit(batch).await {
                Err(StoreError::Conflict { .. }) => continue,
                done => return Ok(done.map(drop)?),
            }
        }
        Err(SocialError::Full(
            "your notifications change too quickly; try again",
        ))
    }
}

impl Shelf {
    /// Writes down what was read and how much was not.
    fn put(mut self, batch: &mut Batch) {
        let first = self.numbers.first().copied().unwrap_or(0);
        self.marks.also = self.marks.also.split_off(&first);
        let unread = self
            .numbers
            .iter()
            .filter(|number| !self.marks.has(**number));
        let tally = Tally {
            unread: unread.count(),
            turn: self.turn + 1,
        };
        TALLIES.put(batch, &self.person, &tally);
        MARKS.put(batch, &self.person, &self.marks);
    }
}

fn journal() -> String {
    "journal".to_owned()
}
