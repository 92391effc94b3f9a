//! Copies made during writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use crate::{Batch, LogId, Range, StoreError, check, open};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_during_writes_is_consistent() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("data")).unwrap();
    let large = Bytes::from(vec![b'7'; 10_000]);
    for key in 0..2_000u32 {
        let mut batch = Batch::new();
        batch.put("left", &key.to_be_bytes(), "0");
        batch.put("right", &key.to_be_bytes(), "0");
        batch.put("large", &[0], large.clone());
        store.commit(batch).await.unwrap();
    }
    let kept = store
        .blobs()
        .put("needed when the copy began")
        .await
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (store.clone(), stop.clone());
        async move {
            let log = LogId::new("log");
            let mut round = 0u32;
            while !stop.load(Ordering::SeqCst) {
                round += 1;
                let key = (round.wrapping_mul(7_919) % 2_000).to_be_bytes();
                let mut batch = Batch::new();
                batch.put("left", &key, round.to_string());
                batch.put("right", &key, round.to_string());
                batch.put(
                    "large",
                    &[(round % 3) as u8],
                    large.slice(..(round as usize * 31) % 9_000),
                );
                batch.delete("left", &(round % 50 + 5_000).to_be_bytes());
                batch.append(&log, round.to_string());
                store.commit(batch).await.unwrap();
                if round == 20 {
                    store.blobs().delete(kept).await.unwrap();
                }
            }
            round
        }
    });
    let to = dir.path().join("copy");
    store.copy(&to).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    let written = writing.await.unwrap();
    assert!(written > 20, "writes continued during the copy");
    assert_eq!(
        store.blobs().get(kept).await.unwrap(),
        None,
        "deleted after the copy"
    );

    let checked = check(&to).unwrap();
    assert_eq!((checked.blobs, checked.damaged.len()), (1, 0));
    let copy = open(&to).unwrap();
    let left = copy.scan("left", Range::all()).await.unwrap();
    let right = copy.scan("right", Range::all()).await.unwrap();
    assert_eq!(
        left, right,
        "what was written atomically was copied atomically"
    );
    let log = copy
        .read_log(&LogId::new("log"), 0, usize::MAX)
        .await
        .unwrap();
    let newest = left.iter().map(|(_, value)| number(value)).max().unwrap();
    assert_eq!(
        log.len() as u32,
        newest,
        "the log ends where the records do"
    );
    assert_eq!(copy.blobs().list().await.unwrap(), [kept]);
}

#[tokio::test]
async fn a_second_concurrent_copy_is_refused_and_a_third_later_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("data")).unwrap();
    for key in 0..5_000u32 {
        let mut batch = Batch::new();
        batch.put("notes", &key.to_be_bytes(), "1");
        store.commit(batch).await.unwrap();
    }
    let [one, two, three] = ["one", "two", "three"].map(|name| dir.path().join(name));
    let (first, second) = tokio::join!(store.copy(&one), store.copy(&two));
    let made = if first.is_ok() { &one } else { &two };
    let made = check(made).unwrap();
    let refused: Vec<_> = [first, second]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert!(
        matches!(&refused[..], [StoreError::Unavailable { .. }]),
        "{refused:?}"
    );
    store.copy(&three).await.unwrap();
    assert_eq!(check(&three).unwrap(), made);
}

fn number(value: &[u8]) -> u32 {
    std::str::from_utf8(value).unwrap().parse().unwrap()
}
