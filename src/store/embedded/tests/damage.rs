//! Behaviour when the data directory is damaged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{NOTES, json, put};
use crate::embedded::data_dir::DataDir;
use crate::embedded::engine::SledEngine;
use crate::embedded::pin_purpose::PinPurpose;
use crate::embedded::sled_db::SledDb;
use crate::embedded::{CheckTime, OpenOptions, check, layout, open};
use crate::{Batch, Engine as _, LogId, Range, StoreError};

/// Changes the tree behind the engine's back, as a knowledgeable intruder would.
fn tamper(dir: &Path, change: impl FnOnce(&sled::Db)) {
    let _ = fs::remove_file(dir.join("seal"));
    let db = SledDb::open(&dir.join("store"), 1 << 20).unwrap();
    change(&db.tree);
    db.flush().unwrap();
}

#[tokio::test]
async fn damage_is_reported_at_startup_and_nothing_is_overwritten() {
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
async fn a_changed_blob_and_a_missing_store_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let kept = store.blobs().put("snapshot").await.unwrap();
    let hash = kept.to_string();
    drop(store);
    assert_eq!(check(dir.path()).unwrap().blobs, 1);
    let path = dir.path().join("blobs").join(&hash[..2]).join(&hash[2..]);
    fs::write(path, "other").unwrap();
    assert_eq!(check(dir.path()).unwrap().damaged, [kept]);
    fs::remove_dir_all(dir.path().join("store")).unwrap();
    let refused = open(dir.path()).err().unwrap().to_string();
    assert!(refused.contains("it is missing"), "{refused}");
}

/// Makes two data directories: one left by a crash, one by a clean shutdown.
async fn killed_and_closed(base: &Path) -> [PathBuf; 2] {
    let [killed, closed] = ["killed", "closed"].map(|name| base.join(name));
    let mut store = open(&closed).unwrap();
    for round in 0..40 {
        if round == 20 {
            // From here on everything is only in the redo log.
            drop(store);
            store = open(&closed).unwrap();
        }
        let mut batch = put("last", &round.to_string());
        for note in 0..50 {
            let key = format!("{round}-{note}");
            batch.put(NOTES, key.as_bytes(), json(&"x".repeat(200)));
        }
        batch.append(&LogId::new("article"), "entry");
        store.commit(batch).await.unwrap();
    }
    write(&killed, &read(&closed));
    [killed, closed]
}

/// Reads every file of a data directory.
fn read(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for name in ["witness", "seal"] {
        found.extend(fs::read(dir.join(name)).map(|bytes| (name.into(), bytes)));
    }
    let folders = ["store", "redo"].map(|name| fs::read_dir(dir.join(name)));
    for entry in folders.into_iter().flatten().flatten() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(dir).unwrap().to_owned();
        found.extend(fs::read(&path).map(|bytes| (name, bytes)));
    }
    found
}

fn write(dir: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    let _ = fs::remove_dir_all(dir);
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_store_opens_after_a_crash_and_after_a_clean_shutdown() {
    let base = tempfile::tempdir().unwrap();
    for dir in killed_and_closed(base.path()).await {
        for _ in 0..2 {
            let store = open(&dir).unwrap();
            assert_eq!(store.scan(NOTES, Range::all()).await.unwrap().len(), 2_001);
        }
    }
}

#[tokio::test]
async fn a_corrupted_byte_is_found_or_harmless_and_nothing_is_overwritten() {
    let base = tempfile::tempdir().unwrap();
    let rotten = base.path().join("rotten");
    let [killed, closed] = killed_and_closed(base.path()).await;
    for (dir, name, least) in [
        (&killed, "store/db", 1),
        (&killed, "redo/a", 16),
        (&closed, "store/db", 16),
    ] {
        let mut files = read(dir);
        let name = Path::new(name);
        let used = files[name].iter().rposition(|byte| *byte != 0).unwrap();
        let mut found = 0;
        for part in 0..16 {
            let at = used * part / 15;
            files.get_mut(name).unwrap()[at] ^= 0x55;
            write(&rotten, &files);
            match open(&rotten) {
                Err(refused) => {
                    found += 1;
                    assert!(refused.to_string().contains("is damaged"), "{refused}");
                    assert!(read(&rotten) == files, "{at} of {used} was overwritten");
                    let again = open(&rotten).is_err();
                    assert!(again, "{at} of {used} passed the second time");
                }
                // Free space in the file, which waits to be reused, has nothing to lose.
                Ok(store) => {
                    let notes = store.scan(NOTES, Range::all()).await.unwrap();
                    assert_eq!(notes.len(), 2_001, "{at} of {used}");
                    let log = LogId::new("article");
                    let entries = store.read_log(&log, 0, usize::MAX).await.unwrap();
                    assert_eq!(entries.len(), 40, "{at} of {used}");
                }
            }
            files.get_mut(name).unwrap()[at] ^= 0x55;
        }
        assert!(found >= least, "{found} of 16 in {}", name.display());
    }
}

#[tokio::test]
async fn a_truncated_store_is_not_mistaken_for_an_older_one() {
    let base = tempfile::tempdir().unwrap();
    let [killed, _] = killed_and_closed(base.path()).await;
    let store = open(&killed).unwrap();
    let older = read(&killed);
    store.commit(put("last", "40")).await.unwrap();
    drop(store);
    let commit_counter = fs::read(killed.join("witness")).unwrap();
    write(&killed, &older);
    fs::write(killed.join("witness"), commit_counter).unwrap();
    let refused = open(&killed).err().unwrap().to_string();
    assert!(
        refused.contains("can be read only up to commit"),
        "{refused}"
    );
}

/// Opens a store as a server does, and waits until every record was checked.
fn serve(dir: &Path) -> Result<SledEngine, StoreError> {
    let options = OpenOptions {
        check: CheckTime::Behind,
        ..OpenOptions::default()
    };
    let engine = SledEngine::open(dir, options)?;
    while engine.shared.read().pinned[PinPurpose::Check as usize].is_some() {
        std::thread::yield_now();
    }
    Ok(engine)
}

#[tokio::test]
async fn a_store_that_is_served_at_once_is_checked_behind() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.commit(put("a", "1")).await.unwrap();
    drop(store);
    let engine = serve(dir.path()).unwrap();
    engine.commit(put("b", "1")).await.unwrap();
    drop(engine);
    // Somebody changes a record and hides it from the manifest.
    let record = layout::record_key(NOTES, b"a");
    tamper(dir.path(), |tree| {
        tree.insert(&record, &b"\0\"2\""[..]).unwrap();
    });
    DataDir::hold(dir.path()).unwrap().write_manifest();

    let engine = serve(dir.path()).unwrap();
    let refused = engine.commit(put("b", "2")).await.unwrap_err().to_string();
    assert!(refused.contains("is damaged"), "{refused}");
    assert!(engine.disk().await.is_err(), "not ready");
    drop(engine);
    let refused = open(dir.path()).err().unwrap().to_string();
    assert!(refused.contains("not what was saved"), "{refused}");
    tamper(dir.path(), |tree| {
        tree.insert(&record, &b"\0\"1\""[..]).unwrap();
    });
    let store = open(dir.path()).unwrap();
    assert_eq!(store.scan(NOTES, Range::all()).await.unwrap().len(), 2);
}

/// The text of a note; no other contains it.
fn text_of(key: &str) -> String {
    format!("<{key}> {}", "x".repeat(200))
}

/// Closes a store of which much was written before it was opened a second time, and little after.
async fn closed_twice(dir: &Path) {
    for (session, notes) in [("old", 2_000), ("recent", 200)] {
        let store = open(dir).unwrap();
        let mut batch = Batch::new();
        for note in 0..notes {
            let key = format!("{session}-{note}");
            batch.put(NOTES, key.as_bytes(), json(&text_of(&key)));
        }
        store.commit(batch).await.unwrap();
    }
}

/// Where the damage of a served store shows.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    AtOpen,
    Behind,
    Nowhere,
}

/// Serves a damaged store. What is found at once must leave everything as it is; what is found
/// behind must be found by everybody who opens the store later; what is not found must have done no
/// harm.
async fn shown(dir: &Path) -> Shown {
    let log = dir.join("store/db");
    let before = fs::read(&log).unwrap();
    let engine = match serve(dir) {
        Ok(engine) => engine,
        Err(refused) => {
            assert!(refused.to_string().contains("is damaged"), "{refused}");
            assert!(fs::read(&log).unwrap() == before, "{refused}");
            return Shown::AtOpen;
        }
    };
    if engine.shared.is_damaged() {
        engine.commit(put("more", "1")).await.unwrap_err();
        drop(engine);
        assert!(open(dir).is_err(), "it passed later");
        return Shown::Behind;
    }
    let notes = engine.scan(NOTES, Range::all()).await.unwrap();
    assert_eq!(notes.len(), 2_200);
    for (key, note) in notes {
        let key = std::str::from_utf8(&key).unwrap();
        assert_eq!(note, json(&text_of(key)), "{key}");
    }
    Shown::Nowhere
}

#[tokio::test]
async fn a_corrupted_byte_of_a_served_store_is_found_or_harmless() {
    let base = tempfile::tempdir().unwrap();
    let [closed, rotten] = ["closed", "rotten"].map(|name| base.path().join(name));
    closed_twice(&closed).await;
    let mut files = read(&closed);
    let name = Path::new("store/db");
    let used = files[name].iter().rposition(|byte| *byte != 0).unwrap();
    let mut found = 0;
    for part in 0..16 {
        let at = used * part / 15;
        files.get_mut(name).unwrap()[at] ^= 0x55;
        write(&rotten, &files);
        found += usize::from(shown(&rotten).await != Shown::Nowhere);
        files.get_mut(name).unwrap()[at] ^= 0x55;
    }
    assert!(found > 0);
}

#[tokio::test]
async fn a_corrupted_record_of_a_served_store_is_found_at_once_or_behind() {
    let base = tempfile::tempdir().unwrap();
    let [closed, rotten] = ["closed", "rotten"].map(|name| base.path().join(name));
    closed_twice(&closed).await;
    let (files, name) = (read(&closed), Path::new("store/db"));
    let bytes = &files[name];
    let seal: serde_json::Value = serde_json::from_slice(&files[Path::new("seal")]).unwrap();
    let recent: Vec<(usize, usize)> = serde_json::from_value(seal["db"]["recent"].clone()).unwrap();
    let is_recent = |at: &usize| {
        let block = at / 4_096;
        recent
            .iter()
            .any(|(from, to)| (*from..*to).contains(&block))
    };
    // Where the text of each note is: also in copies of its page that the log still holds.
    let mut places: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"<old-")) {
        let end = at + bytes[at..].iter().position(|byte| *byte == b'>').unwrap();
        places.entry(&bytes[at..end]).or_default().push(at);
    }
    // The first notes share a page with what is read at every opening.
    let mut later = places.values().skip(places.len() / 4);
    let old = later.find(|places| !places.iter().any(is_recent));
    let new = places.values().find(|places| places.iter().any(is_recent));
    for (places, expected) in [(old, Shown::Behind), (new, Shown::AtOpen)] {
        let mut rot = files.clone();
        let bytes = rot.get_mut(name).unwrap();
        for at in places.unwrap() {
            bytes[at + 1] ^= 0x55;
        }
        write(&rotten, &rot);
        assert_eq!(shown(&rotten).await, expected);
    }
}
