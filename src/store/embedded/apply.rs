//! Applies committed entries to the tree.
//!
//! This can stop at any point and be repeated: the redo log keeps the entries until all of them are
//! on disk in the tree. The checksum is written last, so it is only there if everything else is.

use std::time::Duration;

use super::fault::{FaultPoint, Faults};
use super::sled_db::{SledDb, catch_panic};
use super::store_checksum;
use super::view::Entries;
use crate::StoreError;

/// Number of entries applied at a time while the store is in use.
const STRETCH: usize = 64;
/// Pause between two chunks, in which other writes proceed.
const BREATH: Duration = Duration::from_millis(1);

/// Applies all entries at once.
pub fn all(db: &SledDb, entries: &Entries, faults: &Faults) -> Result<(), StoreError> {
    apply_in_batches(db, entries, usize::MAX, Duration::ZERO, faults)
}

/// Applies the entries in small chunks, to leave room for other writes.
pub fn in_steps(db: &SledDb, entries: &Entries, faults: &Faults) -> Result<(), StoreError> {
    apply_in_batches(db, entries, STRETCH, BREATH, faults)
}

fn apply_in_batches(
    db: &SledDb,
    entries: &Entries,
    stretch: usize,
    breath: Duration,
    faults: &Faults,
) -> Result<(), StoreError> {
    let last = store_checksum::key();
    let mut waiting = entries.iter().filter(|(key, _)| **key != last).peekable();
    while waiting.peek().is_some() {
        faults
            .inject(FaultPoint::ApplyingToTree)
            .map_err(StoreError::unavailable)?;
        apply_batch(db, waiting.by_ref().take(stretch))?;
        std::thread::sleep(breath);
    }
    apply_batch(db, entries.get_key_value(&last).into_iter())?;
    db.flush()?;
    db.sync()
}

fn apply_batch<'e>(
    db: &SledDb,
    entries: impl Iterator<Item = (&'e Vec<u8>, &'e Option<sled::IVec>)>,
) -> Result<(), StoreError> {
    let mut batch = sled::Batch::default();
    for (key, value) in entries {
        match value {
            Some(value) => batch.insert(&key[..], value),
            None => batch.remove(&key[..]),
        }
    }
    catch_panic(|| db.tree.apply_batch(batch))
}
