//! Moving entries into the tree, where they stay.
//!
//! It may end anywhere and be done again from the beginning: until all of it is on disk the redo
//! log keeps the entries. The tally goes last, so a tree that carries one has everything before it.

use std::time::Duration;

use super::fault::{FaultPoint, Faults};
use super::sled_db::{SledDb, guarded};
use super::tally;
use super::view::Entries;
use crate::StoreError;

/// Entries that are moved at once, while others type.
const STRETCH: usize = 64;
/// Between two stretches people go on typing.
const BREATH: Duration = Duration::from_millis(1);

/// Moves all of them in one go.
pub fn at_once(db: &SledDb, entries: &Entries, faults: &Faults) -> Result<(), StoreError> {
    settle(db, entries, usize::MAX, Duration::ZERO, faults)
}

/// Moves them bit by bit.
pub fn gently(db: &SledDb, entries: &Entries, faults: &Faults) -> Result<(), StoreError> {
    settle(db, entries, STRETCH, BREATH, faults)
}

fn settle(
    db: &SledDb,
    entries: &Entries,
    stretch: usize,
    breath: Duration,
    faults: &Faults,
) -> Result<(), StoreError> {
    let last = tally::key();
    let mut waiting = entries.iter().filter(|(key, _)| **key != last).peekable();
    while waiting.peek().is_some() {
        faults
            .strike(FaultPoint::Settling)
            .map_err(StoreError::unavailable)?;
        apply(db, waiting.by_ref().take(stretch))?;
        std::thread::sleep(breath);
    }
    apply(db, entries.get_key_value(&last).into_iter())?;
    db.flush()?;
    db.sync()
}

fn apply<'e>(
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
    guarded(|| db.tree.apply_batch(batch))
}
