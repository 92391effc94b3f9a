//! Stories about the real engine in a temporary directory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::{Batch, Engine, LogId, Range, Store, StoreError, Table};
use super::*;
use crate::base::ArticleId;

const NOTES: &str = "notes";

fn open_in(dir: &tempfile::TempDir) -> Arc<SledEngine> {
    Arc::new(SledEngine::open(dir.path(), Faults::default()).unwrap())
}

fn put(key: &str, value: impl Into<Bytes>) -> Batch {
    let mut batch = Batch::new();
    batch.put(NOTES, key.as_bytes(), value);
    batch
}

async fn text(engine: &SledEngine, key: &str) -> Option<String> {
    let found = engine.get(NOTES, key.as_bytes()).await.unwrap();
    found.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    engine.commit(put("a", r#""one""#)).await.unwrap();
    drop(engine);
    assert_eq!(
        text(&*open_in(&dir), "a").await.as_deref(),
        Some(r#""one""#)
    );
}

#[tokio::test]
async fn a_batch_whose_expectation_fails_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    engine.commit(put("a", "1")).await.unwrap();
    let mut batch = put("b", "2");
    batch.expect_equals(NOTES, b"a", "0");
    let refused = engine.commit(batch).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { table: NOTES, .. }));
    assert_eq!(text(&engine, "b").await, None);
    let mut batch = put("b", "2");
    batch
        .expect_equals(NOTES, b"a", "1")
        .expect_absent(NOTES, b"b");
    engine.commit(batch).await.unwrap();
    assert_eq!(text(&engine, "b").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn of_two_who_expect_the_same_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    let tries = (0..200).map(|n: u32| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let mut batch = put("a", n.to_string());
            batch.expect_absent(NOTES, b"a");
            engine.commit(batch).await.map(|_| n)
        })
    });
    let mut winners = Vec::new();
    for tried in tries.collect::<Vec<_>>() {
        winners.extend(tried.await.unwrap());
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(text(&engine, "a").await, Some(winners[0].to_string()));
}

#[tokio::test]
async fn large_values_are_cut_and_put_together_again() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    let large: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
    engine.commit(put("a", large.clone())).await.unwrap();
    assert_eq!(
        engine.get(NOTES, b"a").await.unwrap().as_deref(),
        Some(&large[..])
    );
    let listed = engine.scan(NOTES, Range::all()).await.unwrap();
    assert_eq!(listed.len(), 1);
    engine.commit(put("a", "\"short\"")).await.unwrap();
    drop(engine);
    let engine = open_in(&dir);
    assert_eq!(text(&engine, "a").await.as_deref(), Some("\"short\""));
    assert_eq!(engine.check().unwrap().records, 2);
}

#[tokio::test]
async fn logs_count_without_gaps_also_across_trims_and_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let log = LogId::new(ArticleId::new());
    let other = LogId::new(ArticleId::new());
    let engine = open_in(&dir);
    assert_eq!(
        engine
            .append(&log, vec!["a".into(), "b".into()])
            .await
            .unwrap(),
        2
    );
    assert_eq!(engine.append(&other, vec!["x".into()]).await.unwrap(), 1);
    let mut trim = Batch::new();
    trim.trim_log(&log, 2);
    engine.commit(trim).await.unwrap();
    drop(engine);
    let engine = open_in(&dir);
    assert_eq!(engine.append(&log, vec!["c".into()]).await.unwrap(), 3);
    assert_eq!(
        engine.read_log(&log, 0, 10).await.unwrap(),
        [(3, Bytes::from("c"))]
    );
    assert_eq!(
        engine.read_log(&other, 0, 10).await.unwrap(),
        [(1, Bytes::from("x"))]
    );
    assert_eq!(engine.append(&log, Vec::new()).await.unwrap(), 3);
    assert_eq!(engine.check().unwrap().log_entries, 2);
}

#[tokio::test]
async fn scans_run_both_ways_and_go_on_behind_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    for key in ["a", "b1", "b2", "b3", "c"] {
        engine.commit(put(key, "0")).await.unwrap();
    }
    let keys = async |range| {
        let found = engine.scan(NOTES, range).await.unwrap();
        found
            .into_iter()
            .map(|(k, _)| String::from_utf8(k.to_vec()).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(Range::prefix(b"b")).await, ["b1", "b2", "b3"]);
    assert_eq!(keys(Range::prefix(b"b").after(b"b1")).await, ["b2", "b3"]);
    assert_eq!(keys(Range::all().reverse().limit(2)).await, ["c", "b3"]);
    assert_eq!(keys(Range::all().reverse().after(b"b2")).await, ["b1", "a"]);
    assert_eq!(keys(Range::prefix(b"x")).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_failing_disk_loses_nothing_that_was_acknowledged_and_heals_without_restart() {
    for point in [
        FaultPoint::BeforeApply,
        FaultPoint::AfterApply,
        FaultPoint::AfterFlush,
    ] {
        let dir = tempfile::tempdir().unwrap();
        let failing = Arc::new(AtomicBool::new(false));
        let fails = Arc::clone(&failing);
        let faults = Faults::at(
            move |at| match at == point && fails.load(Ordering::SeqCst) {
                true => Err(std::io::Error::other("no space left on device")),
                false => Ok(()),
            },
        );
        let engine = SledEngine::open(dir.path(), faults).unwrap();
        engine.commit(put("a", "1")).await.unwrap();
        failing.store(true, Ordering::SeqCst);
        let refused = engine.commit(put("b", "2")).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Unavailable { .. }),
            "{point:?}: {refused}"
        );
        assert_eq!(text(&engine, "a").await.as_deref(), Some("1"), "{point:?}");
        failing.store(false, Ordering::SeqCst);
        engine.commit(put("c", "3")).await.unwrap();
        let seen = text(&engine, "b").await;
        drop(engine);
        let engine = open_in(&dir);
        assert_eq!(text(&engine, "a").await.as_deref(), Some("1"), "{point:?}");
        assert_eq!(text(&engine, "c").await.as_deref(), Some("3"), "{point:?}");
        assert_eq!(
            text(&engine, "b").await,
            seen,
            "{point:?}: what was read after healing stays"
        );
    }
}

#[tokio::test]
async fn a_directory_that_is_held_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let _held = open_in(&dir);
    let refused = SledEngine::open(dir.path(), Faults::default())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
    assert!(
        refused.to_string().contains("another lectern process"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_named_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    open_in(&dir).commit(put("a", "not json")).await.unwrap();
    let refused = SledEngine::open(dir.path(), Faults::default())
        .err()
        .unwrap();
    assert!(refused.to_string().contains("record notes/a"), "{refused}");
    assert!(refused.to_string().contains("from a backup"), "{refused}");
}

#[tokio::test]
async fn a_store_whose_records_vanished_is_not_taken_for_a_new_one() {
    let dir = tempfile::tempdir().unwrap();
    open_in(&dir).blobs().put("text").await.unwrap();
    std::fs::remove_dir_all(dir.path().join("store")).unwrap();
    let refused = SledEngine::open(dir.path(), Faults::default())
        .err()
        .unwrap();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    assert!(!dir.path().join("store").exists(), "nothing was written");
}

#[tokio::test]
async fn a_file_whose_content_changed_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open_in(&dir);
    let hash = engine.blobs().put("approved").await.unwrap();
    assert_eq!(
        engine.blobs().get(hash).await.unwrap().as_deref(),
        Some(&b"approved"[..])
    );
    let digits = hash.to_string();
    let path = dir
        .path()
        .join("blobs")
        .join(&digits[..2])
        .join(&digits[2..]);
    std::fs::write(path, "approvee").unwrap();
    let found = engine.check().unwrap_err();
    assert!(found.to_string().contains(&digits), "{found}");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}

#[tokio::test]
async fn a_typed_record_is_replaced_only_as_it_was_read() {
    static TYPED: Table<ArticleId, Note> = Table::new("typed");
    let dir = tempfile::tempdir().unwrap();
    let store: Store = open_in(&dir);
    let id = ArticleId::new();
    let mut batch = Batch::new();
    TYPED.insert(&mut batch, &id, &Note { text: "one".into() });
    store.commit(batch).await.unwrap();
    let read = TYPED.get_versioned(&store, &id).await.unwrap().unwrap();
    for (text, wins) in [("two", true), ("three", false)] {
        let mut batch = Batch::new();
        TYPED.put_expecting(&mut batch, &id, &Note { text: text.into() }, &read);
        assert_eq!(store.commit(batch).await.is_ok(), wins);
    }
    assert_eq!(TYPED.get(&store, &id).await.unwrap().unwrap().text, "two");
}

#[derive(Debug, Clone)]
enum Act {
    Put(u8, u16),
    PutIfAbsent(u8, u16),
    Delete(u8),
    Append(u8),
    Trim,
}

fn acts() -> impl Strategy<Value = Vec<Vec<Act>>> {
    let act = prop_oneof![
        (0..6u8, 0..6_000u16).prop_map(|(k, n)| Act::Put(k, n)),
        (0..6u8, 0..6_000u16).prop_map(|(k, n)| Act::PutIfAbsent(k, n)),
        (0..6u8).prop_map(Act::Delete),
        (0..9u8).prop_map(Act::Append),
        Just(Act::Trim),
    ];
    prop::collection::vec(prop::collection::vec(act, 1..6), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is written, in whatever groups: the store holds what a map would, also reopened.
    #[test]
    fn the_store_behaves_like_a_map_and_a_list(batches in acts()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let engine = open_in(&dir);
            let log = LogId::new(ArticleId::new());
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            let (mut list, mut last, mut trimmed) = (Vec::new(), 0u64, 0u64);
            for acts in batches {
                let mut batch = Batch::new();
                let (mut next, mut conflict) = (model.clone(), false);
                let (mut next_list, mut next_last, mut next_trimmed) = (list.clone(), last, trimmed);
                for act in acts {
                    match act {
                        Act::Put(k, n) => {
                            batch.put(NOTES, &[k], vec![b'1'; n as usize + 1]);
                            next.insert(vec![k], vec![b'1'; n as usize + 1]);
                        }
                        Act::PutIfAbsent(k, n) => {
                            batch.expect_absent(NOTES, &[k]);
                            batch.put(NOTES, &[k], vec![b'2'; n as usize + 1]);
                            conflict |= model.contains_key(&vec![k]);
                            next.insert(vec![k], vec![b'2'; n as usize + 1]);
                        }
                        Act::Delete(k) => {
                            batch.delete(NOTES, &[k]);
                            next.remove(&vec![k]);
                        }
                        Act::Append(n) => {
                            batch.append(&log, vec![n]);
                            next_last += 1;
                            next_list.push((next_last, Bytes::from(vec![n])));
                        }
                        Act::Trim => {
                            // A trim removes what was on disk before its batch.
                            batch.trim_log(&log, last);
                            next_trimmed = last;
                        }
                    }
                }
                let done = engine.commit(batch).await;
                assert_eq!(done.is_err(), conflict);
                if !conflict {
                    (model, list, last, trimmed) = (next, next_list, next_last, next_trimmed);
                }
            }
            drop(engine);
            let engine = open_in(&dir);
            let found = engine.scan(NOTES, Range::all()).await.unwrap();
            let found: BTreeMap<_, _> =
                found.into_iter().map(|(k, v)| (k.to_vec(), v.to_vec())).collect();
            assert_eq!(found, model);
            list.retain(|(number, _)| *number > trimmed);
            assert_eq!(engine.read_log(&log, 0, 1_000).await.unwrap(), list);
        });
    }
}
