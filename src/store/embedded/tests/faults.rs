//! Behaviour when writes fail.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::{NOTES, json, keys, put, text};
use crate::embedded::{FaultPoint, Faults, open, open_with};
use crate::{LogId, Range, Store, StoreError};

/// A disk that fails at the given fault points.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Vec<FaultPoint>>>);

impl Disk {
    fn faults(&self) -> Faults {
        let points = Arc::clone(&self.0);
        Faults::at(move |point| match points.lock().unwrap().contains(&point) {
            true => Err(std::io::Error::other("no space left on device")),
            false => Ok(()),
        })
    }

    fn fail_at(&self, points: &[FaultPoint]) {
        *self.0.lock().unwrap() = points.to_vec();
    }
}

async fn until_saved(store: &Store, key: &str, value: &str) {
    while store.commit(put(key, value)).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_exposes_no_unsaved_data_and_recovers_without_restart() {
    let points = [FaultPoint::BeforeWrite, FaultPoint::AfterWrite];
    for point in points {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk::default();
        let store = open_with(dir.path(), disk.faults()).unwrap();
        let log = LogId::new("article");
        let mut batch = put("a", "saved");
        batch
            .put(NOTES, b"gone", json(&"x".repeat(9_000)))
            .append(&log, "1");
        store.commit(batch).await.unwrap();

        disk.fail_at(&[point, FaultPoint::BeforeRecovery]);
        let mut batch = put("a", "lost");
        batch.put(NOTES, b"b", json("lost")).delete(NOTES, b"gone");
        batch.append(&log, "lost").trim_log(&log, 1);
        let refused = store.commit(batch).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::Unavailable { .. }),
            "{point:?}: {refused}"
        );
        as_before(&store, &log).await;
        assert!(store.commit(put("c", "refused too")).await.is_err());
        as_before(&store, &log).await;

        disk.fail_at(&[]);
        until_saved(&store, "d", "again").await;
        as_before(&store, &log).await;
        assert_eq!(store.append(&log, vec!["2".into()]).await.unwrap(), 2);
        drop(store);
        let store = open(dir.path()).unwrap();
        assert_eq!(
            text(&store, "a").await.as_deref(),
            Some("saved"),
            "{point:?}"
        );
        assert_eq!(keys(&store, Range::all()).await, ["a", "d", "gone"]);
        assert_eq!(store.read_log(&log, 0, 9).await.unwrap().len(), 2);
    }
}

async fn as_before(store: &Store, log: &LogId) {
    while store.get(NOTES, b"a").await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(text(store, "a").await.as_deref(), Some("saved"));
    assert_eq!(text(store, "b").await, None);
    let found = keys(store, Range::all()).await;
    assert_eq!(
        found.iter().filter(|key| *key != "d").collect::<Vec<_>>(),
        ["a", "gone"]
    );
    assert_eq!(text(store, "gone").await.unwrap().len(), 9_000);
    assert_eq!(store.read_log(log, 0, 9).await.unwrap(), [(1, "1".into())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_commit_is_lost_if_the_disk_fails_while_entries_are_applied() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::default();
    let store = open_with(dir.path(), disk.faults()).unwrap();
    let log = LogId::new("article");
    let (mut saved, mut refused) = (Vec::new(), 0);
    let large = "x".repeat(40_000);
    for round in 0..400u32 {
        match round {
            // A redo log file is full after 27 rounds.
            60 => disk.fail_at(&[FaultPoint::ApplyingToTree, FaultPoint::BeforeRecovery]),
            200 => disk.fail_at(&[]),
            _ => {}
        }
        let mut batch = put(&format!("{round}"), &large);
        batch.append(&log, "entry");
        match store.commit(batch).await {
            Ok(_) => saved.push(round.to_string()),
            Err(StoreError::Unavailable { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0 && saved.len() > 80, "{refused} refused");
    until_saved(&store, "last", "again").await;
    saved.push("last".to_owned());
    saved.sort();
    assert_eq!(keys(&store, Range::all()).await, saved);
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(keys(&store, Range::all()).await, saved);
    let entries = store.read_log(&log, 0, usize::MAX).await.unwrap();
    assert_eq!(entries.len(), saved.len() - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_a_write_only_when_it_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let (reached, at_flush) = std::sync::mpsc::channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let (armed, wait) = (Arc::new(AtomicBool::new(false)), Mutex::new(wait));
    let hook = Arc::clone(&armed);
    let faults = Faults::at(move |point| {
        if point == FaultPoint::AfterWrite && hook.swap(false, Ordering::SeqCst) {
            reached.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        }
        Ok(())
    });
    let store = open_with(dir.path(), faults).unwrap();
    store.commit(put("a", "old")).await.unwrap();
    armed.store(true, Ordering::SeqCst);
    let mut batch = put("a", "new");
    batch.put(NOTES, b"b", json("new"));
    let writing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.commit(batch).await }
    });
    tokio::task::spawn_blocking(move || at_flush.recv().unwrap())
        .await
        .unwrap();
    assert_eq!(text(&store, "a").await.as_deref(), Some("old"));
    assert_eq!(keys(&store, Range::all()).await, ["a"]);
    assert_eq!(keys(&store, Range::all().reverse().limit(1)).await, ["a"]);
    go_on.send(()).unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(keys(&store, Range::all()).await, ["a", "b"]);
}
