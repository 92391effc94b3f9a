//! What follows when the data directory is not as it was written.

use std::path::Path;

use super::{NOTES, put};
use crate::store::LogId;
use crate::store::embedded::sled_db::SledDb;
use crate::store::embedded::{check, layout, open};

/// Changes the tree behind the engine's back.
fn tamper(dir: &Path, change: impl FnOnce(&sled::Db)) {
    let db = SledDb::open(&dir.join("store")).unwrap();
    change(&db.tree);
    db.flush().unwrap();
}

#[tokio::test]
async fn damage_is_named_at_the_start_and_nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.commit(put("a", "1")).await.unwrap();
    store.commit(put("long", &"1".repeat(9_000))).await.unwrap();
    let log = LogId::new("article");
    store
        .append(&log, vec!["1".into(), "2".into(), "3".into()])
        .await
        .unwrap();
    drop(store);
    let record = layout::record_key(NOTES, b"a");
    let chunk = [b"c", &layout::record_key(NOTES, b"long")[..], &[0, 0, 0, 1]].concat();
    let entry = layout::entry_key(&log, 2);
    for (key, bytes, named) in [
        (record, Some(&b"\0{"[..]), "record notes/a"),
        (chunk, None, "record notes/long"),
        (entry, None, "entry 2 of edit log article"),
    ] {
        let mut good = None;
        tamper(dir.path(), |tree| {
            good = match bytes {
                Some(bytes) => tree.insert(&key, bytes).unwrap(),
                None => tree.remove(&key).unwrap(),
            };
        });
        let refused = open(dir.path()).err().unwrap().to_string();
        assert!(
            refused.contains(named) && refused.contains("backup"),
            "{refused}"
        );
        tamper(dir.path(), |tree| {
            assert_eq!(tree.get(&key).unwrap().as_deref(), bytes);
            tree.insert(&key, good.unwrap()).unwrap();
        });
    }
    assert_eq!(check(dir.path()).unwrap().log_entries, 3);
}

#[tokio::test]
async fn a_changed_blob_is_found_and_a_vanished_store_is_no_new_one() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let hash = store.blobs().put("snapshot").await.unwrap().to_string();
    drop(store);
    assert_eq!(check(dir.path()).unwrap().blobs, 1);
    let path = dir.path().join("blobs").join(&hash[..2]).join(&hash[2..]);
    std::fs::write(path, "other").unwrap();
    let found = check(dir.path()).unwrap_err().to_string();
    assert!(found.contains(&hash), "{found}");
    std::fs::remove_dir_all(dir.path().join("store")).unwrap();
    let refused = open(dir.path()).err().unwrap().to_string();
    assert!(refused.contains("it is missing"), "{refused}");
}
