//! Consistent copies of a store that is being written to.
//!
//! While a copy is in progress, the writer saves the old value of each key before changing it for
//! the first time. The copy reads the tree in chunks and prefers these saved values. Blob deletions
//! are postponed meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::commit_counter::CommitCounter;
use super::data_dir::DataDir;
use super::pin::Pin;
use super::pin_purpose::PinPurpose;
use super::shared_db::SharedDb;
use super::sled_db::{SledDb, catch_panic};
use super::store_checksum::StoreChecksum;
use crate::{Blobs, StoreError};

/// Number of tree entries copied at a time: small enough to delay other writes by less than a
/// millisecond.
const STRETCH: usize = 48;
/// Memory for the tree that is written, in bytes: it is written in order.
const CACHE: u64 = 32 << 20;
/// Pause between two chunks, in which other writes proceed.
const BREATH: Duration = Duration::from_millis(1);

/// Copies everything into a new data directory and writes its checksum manifest.
pub fn copy(shared: &Arc<SharedDb>, blobs: &Blobs, to: &Path) -> Result<(), StoreError> {
    let held = blobs.hold();
    let pin = Pin::of(shared, PinPurpose::Copy)?;
    let data_dir = DataDir::hold(to)?;
    let db = SledDb::open(&data_dir.folder(), CACHE)?;
    copy_tree(&pin, &db)?;
    // Unpin early: every change made meanwhile takes memory.
    drop(pin);
    let commit_counter =
        CommitCounter::open(&to.join("witness")).map_err(StoreError::unavailable)?;
    commit_counter
        .set(StoreChecksum::stored(&db)?.commits)
        .map_err(StoreError::unavailable)?;
    let target = Blobs::open(&to.join("blobs"))?;
    for hash in blobs.list_now()? {
        blobs.copy_now(hash, &target)?;
        std::thread::sleep(BREATH);
    }
    drop(held);
    if !db.close() {
        return Err(StoreError::unavailable("the copy could not be written out"));
    }
    data_dir.write_manifest();
    Ok(())
}

fn copy_tree(pin: &Pin, to: &SledDb) -> Result<(), StoreError> {
    let mut from = Vec::new();
    loop {
        let stretch = pin.stretch(&from, STRETCH)?;
        let Some((last, _)) = stretch.last() else {
            break;
        };
        from = [last, &[0][..]].concat();
        let mut batch = sled::Batch::default();
        for (key, value) in stretch {
            batch.insert(key, value);
        }
        catch_panic(|| to.tree.apply_batch(batch))?;
        std::thread::sleep(BREATH);
    }
    to.flush()?;
    to.sync()
}
