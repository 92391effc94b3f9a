//! Tests of the indexes: whatever is indexed, filters find what reading every entry finds.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use lectern_base::{ArticleId, FixedClock, ModuleId, PersonId, Seek, Subject, Timestamp};
use lectern_store::{self as store, Batch, Range, Store};

use super::index::{BY_ARTICLE, BY_EVENT, BY_MODULE, BY_PERSON, SPANS};
use super::postings::Budget;
use super::*;

/// Every table of lists.
const LIST_TABLES: [&str; 4] = [BY_ARTICLE, BY_PERSON, BY_MODULE, BY_EVENT];
const START: i64 = 1_777_000_000_000;

crate::events! {
    /// Stands for the events of other crates.
    enum TestEvent named TestEventName {
        /// Something was done.
        Done = "test.done" { new: Value },
    }
}

/// A journal whose entries are about a few people, articles and modules.
struct World {
    dir: tempfile::TempDir,
    random: StdRng,
    people: Vec<PersonId>,
    articles: Vec<ArticleId>,
    modules: Vec<ModuleId>,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            random: StdRng::seed_from_u64(seed),
            people: (0..4).map(|_| PersonId::new()).collect(),
            articles: (0..6).map(|_| ArticleId::new()).collect(),
            modules: (0..3).map(|_| ModuleId::new()).collect(),
        }
    }

    /// Opens the store and the journal, at a time that is now and then before that of the entries
    /// that are there.
    async fn open(&mut self) -> (Store, Journal) {
        let store = store::open(self.dir.path()).unwrap();
        let at = START + self.random.random_range(0..1_000) * 1_000;
        let clock = Arc::new(FixedClock::at(Timestamp::from_millis(at)));
        let journal = Journal::open(store.clone(), clock).await.unwrap();
        (store, journal)
    }

    fn pick<T: Copy>(random: &mut StdRng, from: &[T]) -> T {
        // The first ones are frequent, the last rare.
        let at = random.random_range(0..from.len() * from.len());
        from[from.len() - 1 - (at as f64).sqrt() as usize]
    }

    fn event(&mut self) -> AuditEvent {
        let random = &mut self.random;
        let person = Self::pick(random, &self.people);
        let article = Self::pick(random, &self.articles);
        let module = Self::pick(random, &self.modules);
        let mentioned = match random.random_range(0..3) {
            0 => json!({"article": article}),
            1 => json!({"person": Self::pick(random, &self.people), "module": module}),
            _ => json!(7),
        };
        let subject = match random.random_range(0..3) {
            0 => Subject::article(article),
            1 => Subject::person(Self::pick(random, &self.people)),
            _ => Subject::new("session", 1),
        };
        let done = TestEvent::Done { new: mentioned };
        let event = match random.random_range(0..5) {
            0 => AuditEvent::new(Actor::System, done, subject),
            _ => AuditEvent::new(person, done, subject),
        };
        let names = [
            "review.decided",
            "review.stage.opened",
            "session.opened",
            "rare",
        ];
        AuditEvent {
            deed: Self::pick(random, &names).to_owned(),
            module: random.random_bool(0.5).then_some(module),
            ..event
        }
    }

    async fn record(&mut self, journal: &Journal, entries: usize) {
        for _ in 0..entries.div_ceil(40) {
            let events = (0..40.min(entries)).map(|_| self.event()).collect();
            journal.record(Batch::new(), events).await.unwrap();
        }
    }

    fn filter(&mut self) -> EntryFilter {
        let random = &mut self.random;
        let names = [
            "review",
            "review.stage",
            "review.decided",
            "rare",
            "rev",
            "review.",
            "",
        ];
        let at = |random: &mut StdRng| {
            Timestamp::from_millis(START + random.random_range(-100..1_100) * 1_000)
        };
        EntryFilter {
            person: random
                .random_bool(0.4)
                .then(|| Self::pick(random, &self.people)),
            article: random
                .random_bool(0.4)
                .then(|| Self::pick(random, &self.articles)),
            deed: random
                .random_bool(0.4)
                .then(|| Self::pick(random, &names).to_owned()),
            module: random
                .random_bool(0.3)
                .then(|| Self::pick(random, &self.modules)),
            from: random.random_bool(0.3).then(|| at(random)),
            before: random.random_bool(0.3).then(|| at(random)),
        }
    }

    /// Compares filters with reading every entry.
    async fn compare(&mut self, journal: &Journal) {
        let mut entries = journal.read(0, usize::MAX).await.unwrap();
        entries.reverse();
        for _ in 0..60 {
            let filter = self.filter();
            let matching = entries.iter().filter(|entry| filter.matches(entry));
            let expected: Vec<u64> = matching.map(|entry| entry.seq).collect();
            let limit = self.random.random_range(1..120);
            let mut found = Vec::new();
            let mut seek = Seek::first(limit);
            loop {
                let page = journal.find(&filter, &seek).await.unwrap();
                assert!(page.items.len() <= limit);
                found.extend(page.items.iter().map(|entry| entry.seq));
                let Some(next) = page.next else { break };
                seek.after = Some(next);
            }
            assert_eq!(found, expected, "{filter:?} by {limit}");
        }
    }
}

/// Removes the indexes, as in a data directory of a release without them.
async fn remove_indexes(store: &Store) {
    let tables = LIST_TABLES
        .into_iter()
        .chain([SPANS.name(), "journal_indexed"]);
    for table in tables {
        let mut batch = Batch::new();
        for (key, _) in store.scan(table, Range::all()).await.unwrap() {
            batch.delete(table, &key);
        }
        store.commit(batch).await.unwrap();
    }
}

/// Everything in the indexes.
async fn indexes(store: &Store) -> Vec<(bytes::Bytes, bytes::Bytes)> {
    let mut found = Vec::new();
    for table in LIST_TABLES.into_iter().chain([SPANS.name()]) {
        found.extend(store.scan(table, Range::all()).await.unwrap());
    }
    found
}

#[tokio::test]
async fn filters_find_what_reading_every_entry_finds() {
    let mut world = World::new(1);
    for _ in 0..3 {
        let (_store, journal) = world.open().await;
        world.record(&journal, 500).await;
        assert!(journal.is_indexed());
        world.compare(&journal).await;
    }
}

#[tokio::test]
async fn entries_of_an_earlier_release_are_found_before_while_and_after_they_are_indexed() {
    let mut world = World::new(2);
    let (store, journal) = world.open().await;
    world.record(&journal, 1_300).await;
    let complete = indexes(&store).await;
    remove_indexes(&store).await;
    drop((store, journal));

    let (store, journal) = world.open().await;
    assert!(!journal.is_indexed());
    world.compare(&journal).await;
    // Stopped in the middle, with new entries meanwhile, and opened again.
    journal.index_next().await.unwrap();
    world.record(&journal, 40).await;
    journal.index_next().await.unwrap();
    world.compare(&journal).await;
    drop((store, journal));

    let (store, journal) = world.open().await;
    world.record(&journal, 40).await;
    assert!(!journal.is_indexed());
    // Those recorded before it was opened again may be among them.
    assert_eq!(journal.build_indexes().await.unwrap(), 1_360 - 200);
    assert!(journal.is_indexed());
    world.compare(&journal).await;
    assert!(indexes(&store).await.len() > complete.len());
    assert_eq!(journal.build_indexes().await.unwrap(), 0);
    drop((store, journal));
    let (_store, journal) = world.open().await;
    assert!(journal.is_indexed());
}

#[tokio::test]
async fn the_indexes_built_afterwards_are_those_written_with_the_entries() {
    let mut world = World::new(3);
    let (store, journal) = world.open().await;
    world.record(&journal, 1_300).await;
    let written = indexes(&store).await;
    remove_indexes(&store).await;
    drop((store, journal));
    let (store, journal) = world.open().await;
    journal.build_indexes().await.unwrap();
    assert!(indexes(&store).await == written);
}

#[tokio::test]
async fn a_request_reads_a_bounded_part_of_the_journal() {
    let mut world = World::new(5);
    let (_store, journal) = world.open().await;
    let (ada, ben) = (world.people[0], world.people[1]);
    // Two frequent criteria that never meet.
    let events = (0..600).map(|number| {
        let deed = ["even", "odd"][number % 2].to_owned();
        let person = [ada, ben][number % 2];
        let done = TestEvent::Done { new: json!(1) };
        let event = AuditEvent::new(person, done, Subject::new("session", number));
        AuditEvent { deed, ..event }
    });
    let events = events.collect();
    journal.record(Batch::new(), events).await.unwrap();
    let filter = EntryFilter {
        person: Some(ada),
        deed: Some("odd".into()),
        ..EntryFilter::default()
    };
    let (mut before, mut requests) = (None, 0);
    loop {
        let budget = Budget::new(100);
        let found = journal.find_within(budget, &filter, before, 50).await;
        let found = found.unwrap();
        assert_eq!(found.entries, []);
        requests += 1;
        let Some(next) = found.before else { break };
        assert!(next < before.unwrap_or(600), "{next} after {before:?}");
        before = Some(next);
    }
    assert!((3..20).contains(&requests), "{requests}");
}

#[tokio::test]
async fn verification_names_an_entry_that_an_index_lacks_until_it_is_built_anew() {
    let mut world = World::new(6);
    let (store, journal) = world.open().await;
    world.record(&journal, 200).await;
    verify(&store, None).await.unwrap().unwrap();
    drop(journal);
    let tables = LIST_TABLES.into_iter().chain([SPANS.name()]);
    for table in tables {
        let all = store.scan(table, Range::all()).await.unwrap();
        let (key, _) = &all[all.len() / 2];
        let mut batch = Batch::new();
        batch.delete(table, key);
        store.commit(batch).await.unwrap();

        let broken = verify(&store, None).await.unwrap().unwrap_err();
        assert!(broken.what.contains(table), "{broken:?}");
        if table != SPANS.name() {
            let listed = u64::from_be_bytes(key[key.len() - 8..].try_into().unwrap());
            assert_eq!(broken.seq, listed, "{table}");
        }
        rebuild_indexes(&store).await.unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp::from_millis(START)));
        let journal = Journal::open(store.clone(), clock).await.unwrap();
        assert_eq!(journal.build_indexes().await.unwrap(), 200);
        verify(&store, None).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_entry_that_is_not_committed_is_in_no_index() {
    let mut world = World::new(7);
    let (store, journal) = world.open().await;
    world.record(&journal, 40).await;
    let before = indexes(&store).await;
    let mut impossible = Batch::new();
    impossible.expect_equals("notes", b"a", "1");
    let event = world.event();
    journal.record(impossible, vec![event]).await.unwrap_err();
    assert!(indexes(&store).await == before);
    verify(&store, None).await.unwrap().unwrap();
}
