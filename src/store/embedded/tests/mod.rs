//! Tests of the real engine in a temporary directory.

mod copy;
mod damage;
mod faults;
mod kill;
mod model;

use std::sync::Arc;

use bytes::Bytes;

use super::{OpenOptions, open};
use crate::{Batch, Counter, LogId, Range, Store, StoreError, Table};

const NOTES: &str = "notes";

/// Makes a batch that puts a JSON string.
fn put(key: &str, text: &str) -> Batch {
    let mut batch = Batch::new();
    batch.put(NOTES, key.as_bytes(), json(text));
    batch
}

fn json(text: &str) -> Bytes {
    serde_json::to_vec(text).unwrap().into()
}

async fn text(store: &Store, key: &str) -> Option<String> {
    let value = store.get(NOTES, key.as_bytes()).await.unwrap()?;
    Some(serde_json::from_slice(&value).unwrap())
}

async fn keys(store: &Store, range: Range) -> Vec<String> {
    let found = store.scan(NOTES, range).await.unwrap();
    let key = |(key, _): &(Bytes, Bytes)| String::from_utf8(key.to_vec()).unwrap();
    found.iter().map(key).collect()
}

#[tokio::test]
async fn committed_records_survive_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.commit(put("a", "1")).await.unwrap();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(text(&store, "a").await.as_deref(), Some("1"));
    assert_eq!(text(&store, "b").await, None);
}

#[tokio::test]
async fn batches_that_count_the_same_thing_at_once_are_all_counted() {
    const VISITS: Counter<u64> = Counter::new("visits");
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let count = |by: i64| {
        let mut batch = Batch::new();
        VISITS.add(&mut batch, &7, by);
        VISITS.add(&mut batch, &7, by);
        store.commit(batch)
    };
    let all: Vec<_> = (0..50).map(|_| count(1)).collect();
    for done in futures_util::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(VISITS.get(&store, &7).await.unwrap(), 100);
    count(-30).await.unwrap();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(VISITS.get(&store, &7).await.unwrap(), 40);
    let mut batch = Batch::new();
    VISITS.add(&mut batch, &7, -41);
    store.commit(batch).await.unwrap();
    assert_eq!(VISITS.get(&store, &7).await.unwrap(), 0);
    let left = store.scan("visits", Range::all()).await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test]
async fn a_failed_precondition_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.commit(put("a", "1")).await.unwrap();
    let mut batch = put("b", "2");
    batch.append(&LogId::new("log"), "entry");
    batch.expect_equals(NOTES, b"a", json("0"));
    let refused = store.commit(batch).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { table: NOTES, key } if key == b"a"));
    assert_eq!(text(&store, "b").await, None);
    assert_eq!(store.last_of_log(&LogId::new("log")).await.unwrap(), 0);
    let mut batch = put("b", "2");
    batch
        .expect_equals(NOTES, b"a", json("1"))
        .expect_absent(NOTES, b"b");
    store.commit(batch).await.unwrap();
    assert_eq!(text(&store, "b").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn only_one_of_many_concurrent_inserts_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let claims = (0..20).map(|number: u8| {
        let mut batch = put("a", &number.to_string());
        batch.expect_absent(NOTES, b"a");
        store.commit(batch)
    });
    let results = futures_util::future::join_all(claims).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let winner = results.iter().position(Result::is_ok).unwrap();
    assert_eq!(text(&store, "a").await, Some(winner.to_string()));
}

#[tokio::test]
async fn large_values_are_chunked_and_joined() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let large = "long ".repeat(400_000);
    store.commit(put("a", &large)).await.unwrap();
    store.commit(put("aa", "neighbour")).await.unwrap();
    assert_eq!(text(&store, "a").await, Some(large.clone()));
    assert_eq!(keys(&store, Range::all()).await, ["a", "aa"]);
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(text(&store, "a").await, Some(large));
    store.commit(put("a", "short")).await.unwrap();
    assert_eq!(text(&store, "a").await.as_deref(), Some("short"));
    let too_large = store.commit(put("a", &"x".repeat(16 << 20))).await;
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })));
}

#[tokio::test]
async fn deleting_a_large_value_deletes_its_chunks() {
    let dir = tempfile::tempdir().unwrap();
    let engine = super::engine::SledEngine::open(dir.path(), OpenOptions::default()).unwrap();
    let shared = Arc::clone(&engine.shared);
    let entries = || {
        let state = shared.read();
        let all = state
            .view()
            .unwrap()
            .heads(&[], &[u8::MAX], false, usize::MAX);
        all.unwrap().len()
    };
    let store: Store = Arc::new(engine);
    let empty = entries();
    store.commit(put("a", &"x".repeat(100_000))).await.unwrap();
    store.commit(put("a", &"y".repeat(50_000))).await.unwrap();
    assert!(entries() > empty + 10);
    let mut batch = Batch::new();
    batch.delete(NOTES, b"a");
    store.commit(batch).await.unwrap();
    assert_eq!(entries(), empty);
}

#[tokio::test]
async fn logs_count_without_gaps_across_trims_and_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = (LogId::new("a"), LogId::new("ab"));
    let store = open(dir.path()).unwrap();
    let large = Bytes::from(vec![b'x'; 9_000]);
    assert_eq!(
        store
            .append(&log, vec!["1".into(), large.clone()])
            .await
            .unwrap(),
        2
    );
    assert_eq!(store.append(&other, vec!["other".into()]).await.unwrap(), 1);
    let mut batch = Batch::new();
    batch.append(&log, "3").trim_log(&log, 3).append(&log, "4");
    assert_eq!(store.commit(batch).await.unwrap().appended, [3, 4]);
    assert_eq!(
        store.read_log(&log, 0, 10).await.unwrap(),
        [(4, "4".into())]
    );
    let mut batch = Batch::new();
    batch.trim_log(&log, 4);
    store.commit(batch).await.unwrap();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(store.last_of_log(&log).await.unwrap(), 4);
    assert_eq!(
        store
            .append(&log, vec!["5".into(), large.clone()])
            .await
            .unwrap(),
        6
    );
    assert_eq!(store.read_log(&log, 5, 10).await.unwrap(), [(6, large)]);
    assert_eq!(store.read_log(&log, 0, 1).await.unwrap(), [(5, "5".into())]);
    assert_eq!(
        store.read_log(&other, 0, 9).await.unwrap(),
        [(1, "other".into())]
    );
}

#[tokio::test]
async fn scans_run_both_ways_and_continue_after_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let mut batch = Batch::new();
    for number in 0..600 {
        batch.put(NOTES, format!("k{number:03}").as_bytes(), "1");
    }
    batch.put("note", b"k000", "2");
    store.commit(batch).await.unwrap();
    assert_eq!(keys(&store, Range::all()).await.len(), 600);
    assert_eq!(keys(&store, Range::prefix(b"k01")).await.len(), 10);
    let back = Range::all().reverse().after(b"k002").limit(5);
    assert_eq!(keys(&store, back).await, ["k001", "k000"]);
    let on = Range::prefix(b"k").after(b"k299").limit(2);
    assert_eq!(keys(&store, on).await, ["k300", "k301"]);
    assert_eq!(
        keys(&store, Range::between(b"k597", b"k599")).await,
        ["k597", "k598"]
    );
    let all_back = keys(&store, Range::all().reverse()).await;
    assert!(all_back.len() == 600 && all_back.is_sorted_by(|one, next| one > next));
}

#[tokio::test]
async fn two_hundred_concurrent_writers_all_commit() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let log = LogId::new("article");
    let writers = (0..200).map(|writer| {
        let (store, log) = (Arc::clone(&store), log.clone());
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for turn in 0..5 {
                let mut batch = put(&format!("{writer:03}"), &turn.to_string());
                batch.append(&log, format!("{writer}:{turn}"));
                numbers.extend(store.commit(batch).await.unwrap().appended);
            }
            assert!(numbers.is_sorted());
            numbers
        })
    });
    let mut numbers = Vec::new();
    for writer in futures_util::future::join_all(writers).await {
        numbers.extend(writer.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=1_000).collect::<Vec<u64>>());
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(store.read_log(&log, 0, 2_000).await.unwrap().len(), 1_000);
    let last = store.scan(NOTES, Range::all()).await.unwrap();
    assert!(last.len() == 200 && last.iter().all(|(_, value)| *value == json("4")));
}

#[tokio::test]
async fn a_locked_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _store = open(dir.path()).unwrap();
    let refused = open(dir.path()).err().unwrap().to_string();
    assert!(
        refused.contains("another lectern process holds"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_typed_record_is_replaced_only_if_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    const PAGES: Table<(String, u64), String> = Table::new("pages");
    let key = ("a".to_owned(), 1);
    let mut batch = Batch::new();
    PAGES.insert(&mut batch, &key, &"one".to_owned());
    PAGES.insert(&mut batch, &("ab".to_owned(), 1), &"other".to_owned());
    store.commit(batch.clone()).await.unwrap();
    assert!(store.commit(batch).await.is_err());
    let read = PAGES.get_versioned(&store, &key).await.unwrap().unwrap();
    let mut first = Batch::new();
    PAGES.put_expecting(&mut first, &key, &"two".to_owned(), &read);
    let mut second = Batch::new();
    PAGES.delete_expecting(&mut second, &key, &read);
    store.commit(first).await.unwrap();
    assert!(store.commit(second).await.is_err());
    let under = PAGES.scan_under(&store, &"a".to_owned()).await.unwrap();
    assert_eq!(under, [(key, "two".to_owned())]);
}
