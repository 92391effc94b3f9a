//! A copy of the store as it is at one moment, made while it is written to.
//!
//! From that moment on the writer leaves what a key held beside it before changing it for the
//! first time; the copy reads the tree stretch by stretch and prefers what was left for it. No
//! blob is deleted meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::keeper::Keeper;
use super::sled_db::{SledDb, guarded};
use super::tally::Tally;
use super::view::{Entries, Shared};
use super::witness::Witness;
use crate::{Blobs, StoreError};

/// Entries of the tree written at once: few, so that people who type wait for less than a millisecond.
const STRETCH: usize = 48;
/// Between two stretches people go on typing.
const BREATH: Duration = Duration::from_millis(1);

/// Copies everything into a fresh data directory and seals it.
pub fn copy(shared: &Arc<Shared>, blobs: &Blobs, to: &Path) -> Result<(), StoreError> {
    let held = blobs.hold();
    let pin = Pin::of(shared)?;
    let keeper = Keeper::hold(to)?;
    let db = SledDb::open(&keeper.folder())?;
    pin.copy_tree(&db)?;
    // The moment is kept no longer than it is read: what changes meanwhile takes memory.
    drop(pin);
    let witness = Witness::open(&to.join("witness")).map_err(StoreError::unavailable)?;
    witness
        .note(Tally::stored(&db)?.commits)
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
    keeper.seal();
    Ok(())
}

/// Keeps the moment for as long as it lives.
struct Pin(Arc<Shared>);

impl Pin {
    fn of(shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let mut state = shared.write();
        if state.pinned.is_some() {
            return Err(StoreError::unavailable("another copy is being made"));
        }
        state.pinned = Some(Entries::new());
        Ok(Self(Arc::clone(shared)))
    }

    fn copy_tree(&self, to: &SledDb) -> Result<(), StoreError> {
        let mut from = Vec::new();
        loop {
            let stretch = self.0.read().pinned_stretch(&from, STRETCH)?;
            let Some((last, _)) = stretch.last() else {
                break;
            };
            from = [last, &[0][..]].concat();
            let mut batch = sled::Batch::default();
            for (key, value) in stretch {
                batch.insert(key, value);
            }
            guarded(|| to.tree.apply_batch(batch))?;
            std::thread::sleep(BREATH);
        }
        to.flush()?;
        to.sync()
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.0.write().pinned = None;
    }
}
