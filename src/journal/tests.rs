//! Tests of the journal on a real store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::watch;

use lectern_base::{FixedClock, PersonId, Seek, Subject, Timestamp};
use lectern_store::{self as store, Batch, Range, Store};

use super::*;

async fn journal(dir: &tempfile::TempDir) -> (Journal, Store) {
    let store = store::open(dir.path()).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_777_000_000_000)));
    (
        Journal::open(Arc::clone(&store), clock).await.unwrap(),
        store,
    )
}

crate::events! {
    /// Stands for the events of other crates.
    enum TestEvent named TestEventName {
        /// Something was renamed.
        Renamed = "test.renamed" { old: serde_json::Value, new: serde_json::Value },
    }
}

fn event(name: &str) -> AuditEvent {
    let person = PersonId::new();
    let renamed = TestEvent::Renamed {
        old: json!({"name": "A"}),
        new: json!({"name": "B", "n": 1.0}),
    };
    let event = AuditEvent::new(Actor::Person(person), renamed, Subject::person(person));
    AuditEvent {
        deed: name.to_owned(),
        ..event.because("asked for")
    }
}

/// Changes a stored entry behind the journal's back.
async fn tamper(store: &Store, seq: u64, change: impl FnOnce(&mut Value)) {
    let key = seq.to_be_bytes().to_vec();
    let raw = store.get("journal", &key).await.unwrap().unwrap();
    let mut record: Value = serde_json::from_slice(&raw).unwrap();
    change(&mut record["r"]);
    let mut batch = Batch::new();
    batch.put("journal", &key, serde_json::to_vec(&record).unwrap());
    store.commit(batch).await.unwrap();
}

async fn broken(store: &Store) -> u64 {
    verify(store, None).await.unwrap().unwrap_err().seq
}

#[tokio::test]
async fn entries_are_chained_and_the_chain_continues_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let (first, store) = journal(&dir).await;
    let entries = first
        .record(Batch::new(), vec![event("a"), event("b")])
        .await
        .unwrap();
    assert_eq!(entries[1].prev, entries[0].hash);
    drop((first, store));
    let (again, store) = journal(&dir).await;
    let more = again.record(Batch::new(), vec![event("c")]).await.unwrap();
    assert_eq!((more[0].seq, more[0].prev), (3, entries[1].hash));
    assert_eq!(verify(&store, None).await.unwrap().unwrap().entries, 3);
    let everything = EntryFilter::default();
    let page = again.find(&everything, &Seek::first(2)).await.unwrap();
    assert_eq!(page.items.iter().map(|e| e.seq).collect::<Vec<_>>(), [3, 2]);
    let seek = Seek {
        after: page.next,
        limit: Some(2),
    };
    let rest = again.find(&everything, &seek).await.unwrap();
    assert_eq!(rest.items.iter().map(|e| e.seq).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn records_and_entries_are_committed_atomically() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, store) = journal(&dir).await;
    let mut batch = Batch::new();
    batch.put("notes", b"a", "1");
    batch.expect_equals("notes", b"a", "0");
    let refused = journal.record(batch, vec![event("a")]).await.unwrap_err();
    assert!(matches!(refused, JournalError::Conflict { table: "notes" }));
    assert_eq!(journal.head(), 0);
    assert!(store.get("notes", b"a").await.unwrap().is_none());
    assert!(journal.read(0, 10).await.unwrap().is_empty());
    journal
        .record(Batch::new(), vec![event("b")])
        .await
        .unwrap();
    assert_eq!(verify(&store, None).await.unwrap().unwrap().entries, 1);
}

#[tokio::test]
async fn an_edited_entry_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, store) = journal(&dir).await;
    journal
        .record(Batch::new(), vec![event("a"), event("b"), event("c")])
        .await
        .unwrap();
    tamper(&store, 2, |entry| entry["reason"] = "another".into()).await;
    assert_eq!(broken(&store).await, 2);
}

#[tokio::test]
async fn an_unreadable_entry_and_one_with_extra_fields_are_found() {
    for (change, seq) in [(json!(7), 2), (json!({"kind": "person"}), 3)] {
        let dir = tempfile::tempdir().unwrap();
        let (journal, store) = journal(&dir).await;
        let events = vec![event("a"), event("b"), event("c")];
        journal.record(Batch::new(), events).await.unwrap();
        tamper(&store, seq, |entry| entry["subject"] = change).await;
        assert_eq!(broken(&store).await, seq);
        tamper(&store, seq, |entry| entry["more"] = 1.into()).await;
        assert_eq!(broken(&store).await, seq);
    }
}

#[tokio::test]
async fn two_journals_on_one_store_share_one_chain() {
    let dir = tempfile::tempdir().unwrap();
    let (one, store) = journal(&dir).await;
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(0)));
    let other = Journal::open(Arc::clone(&store), clock).await.unwrap();
    let writing = (0..20).map(|turn| {
        let journal = if turn % 2 == 0 { &one } else { &other };
        journal.record(Batch::new(), vec![event("a"), event("b")])
    });
    for recorded in futures_util::future::join_all(writing).await {
        recorded.unwrap();
    }
    assert_eq!(verify(&store, None).await.unwrap().unwrap().entries, 40);
}

#[tokio::test]
async fn a_journal_with_entries_after_its_head_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (first, store) = journal(&dir).await;
    first.record(Batch::new(), vec![event("a")]).await.unwrap();
    let entry = store
        .get("journal", &1u64.to_be_bytes())
        .await
        .unwrap()
        .unwrap();
    let mut batch = Batch::new();
    batch.put("journal", &2u64.to_be_bytes(), entry);
    store.commit(batch).await.unwrap();
    let refused = first
        .record(Batch::new(), vec![event("b")])
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("after entry 1"), "{refused}");
}

#[tokio::test]
async fn an_event_is_recorded_even_if_the_caller_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _store) = journal(&dir).await;
    let mut newest = journal.subscribe();
    tokio::select! {
        biased;
        _ = journal.record(Batch::new(), vec![event("a")]) => panic!("it takes longer"),
        () = std::future::ready(()) => {}
    }
    newest.changed().await.unwrap();
    assert_eq!(journal.read(0, 9).await.unwrap().len(), 1);
    let next = journal
        .record(Batch::new(), vec![event("b")])
        .await
        .unwrap();
    assert_eq!(next[0].seq, 2);
}

#[tokio::test]
async fn an_edited_entry_with_a_recomputed_hash_is_found_at_the_next_entry() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, store) = journal(&dir).await;
    journal
        .record(Batch::new(), vec![event("a"), event("b"), event("c")])
        .await
        .unwrap();
    let mut forged = journal.read(1, 1).await.unwrap().remove(0);
    forged.reason = None;
    forged.hash = forged.compute();
    tamper(&store, 2, |entry| {
        *entry = serde_json::to_value(&forged).unwrap()
    })
    .await;
    assert_eq!(broken(&store).await, 3);
}

#[tokio::test]
async fn a_deleted_entry_is_found_at_any_position() {
    for gone in [1u64, 2, 3] {
        let dir = tempfile::tempdir().unwrap();
        let (journal, store) = journal(&dir).await;
        journal
            .record(Batch::new(), vec![event("a"), event("b"), event("c")])
            .await
            .unwrap();
        let mut batch = Batch::new();
        batch.delete("journal", &gone.to_be_bytes());
        store.commit(batch).await.unwrap();
        assert_eq!(broken(&store).await, gone);
    }
}

#[tokio::test]
async fn reordered_entries_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, store) = journal(&dir).await;
    journal
        .record(Batch::new(), vec![event("a"), event("b"), event("c")])
        .await
        .unwrap();
    let found = store.scan("journal", Range::all()).await.unwrap();
    let mut batch = Batch::new();
    batch.put("journal", &found[1].0, found[2].1.clone());
    batch.put("journal", &found[2].0, found[1].1.clone());
    store.commit(batch).await.unwrap();
    assert_eq!(broken(&store).await, 2);
}

/// Verifies a journal against a checkpoint.
async fn against(store: &Store, kept: Checkpoint) -> Result<ChainReport, BrokenChain> {
    verify(store, Some(kept)).await.unwrap()
}

#[tokio::test]
async fn a_checkpoint_reveals_truncation_and_rewriting() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, store) = journal(&dir).await;
    journal
        .record(Batch::new(), vec![event("a"), event("b")])
        .await
        .unwrap();
    let kept = verify(&store, None).await.unwrap().unwrap().head;
    let rewritten = Checkpoint {
        hash: lectern_base::Hash::of(b"x"),
        ..kept
    };
    let cut = Checkpoint { seq: 5, ..kept };
    assert_eq!(against(&store, kept).await.unwrap().entries, 2);
    let error = against(&store, rewritten).await.unwrap_err();
    assert_eq!(error.seq, 2);
    assert!(error.what.contains("written anew"), "{error}");
    let error = against(&store, cut).await.unwrap_err();
    assert_eq!(error.seq, 3);
    assert!(error.what.contains("goes up to entry 5"), "{error}");
    journal
        .record(Batch::new(), vec![event("c")])
        .await
        .unwrap();
    assert_eq!(against(&store, kept).await.unwrap().entries, 3);
}

#[derive(Default)]
struct Reader {
    taken: Mutex<Vec<u64>>,
    fail_once: AtomicBool,
}

#[async_trait]
impl Follower for Reader {
    fn name(&self) -> &'static str {
        "reader"
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        self.taken
            .lock()
            .unwrap()
            .extend(entries.iter().map(|entry| entry.seq));
        match self.fail_once.swap(false, Ordering::SeqCst) {
            true => Err(FollowError("died".into())),
            false => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_follower_resumes_at_its_checkpoint_and_misses_no_entry() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _store) = journal(&dir).await;
    journal
        .record(Batch::new(), vec![event("a"), event("b")])
        .await
        .unwrap();
    let reader = Reader::default();
    reader.fail_once.store(true, Ordering::SeqCst);
    journal.catch_up(&reader).await.unwrap_err();
    journal.catch_up(&reader).await.unwrap();
    journal
        .record(Batch::new(), vec![event("c")])
        .await
        .unwrap();
    journal.catch_up(&reader).await.unwrap();
    assert_eq!(*reader.taken.lock().unwrap(), [1, 2, 1, 2, 3]);
}

#[tokio::test]
async fn a_follower_receives_new_entries_until_it_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _store) = journal(&dir).await;
    let (journal, reader) = (Arc::new(journal), Arc::new(Reader::default()));
    let (stop, stopped) = watch::channel(false);
    let following = {
        let (journal, reader) = (Arc::clone(&journal), Arc::clone(&reader));
        tokio::spawn(async move { journal.follow(reader, stopped).await })
    };
    for name in ["a", "b", "c"] {
        journal
            .record(Batch::new(), vec![event(name)])
            .await
            .unwrap();
    }
    while reader.taken.lock().unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    following.await.unwrap();
    assert_eq!(*reader.taken.lock().unwrap(), [1, 2, 3]);
}
