//! How far the indexes reach.
//!
//! Entries are indexed as they are recorded. Those of a release without indexes are indexed
//! afterwards, from the first on. (Such a release cannot go on with the journal: the format of the
//! data directory is too new for it.)

use std::sync::atomic::{AtomicU64, Ordering};

use lectern_store::{Batch, Store, StoreError, Table};

/// The number of the last entry that was indexed afterwards; [`COMPLETE`] once the indexes have
/// every entry.
static BUILT: Table<String, u64> = Table::new("journal_indexed");
const COMPLETE: u64 = u64::MAX;

/// Which entries the indexes have: those up to `built`, and those after `end`.
pub(super) struct IndexState {
    built: AtomicU64,
    end: u64,
}

impl IndexState {
    /// Reads the state of the journal whose last entry is `head`.
    pub(super) async fn read(store: &Store, head: u64) -> Result<Self, StoreError> {
        let built = BUILT.get(store, &key()).await?.unwrap_or(0);
        Ok(Self {
            built: AtomicU64::new(built),
            end: head,
        })
    }

    /// Returns whether the indexes have every entry.
    pub(super) fn is_complete(&self) -> bool {
        self.built() >= self.end
    }

    /// Returns the number of the last entry that was indexed afterwards.
    pub(super) fn built(&self) -> u64 {
        self.built.load(Ordering::Acquire)
    }

    /// Returns the number of the last entry that has to be indexed afterwards.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Stores that entries up to `last` were indexed afterwards, with the indexes in `batch`.
    pub(super) fn put(&self, batch: &mut Batch, last: u64) {
        match last >= self.end {
            true => put_complete(batch),
            false => BUILT.put(batch, &key(), &last),
        }
    }

    /// Notes that what [`IndexState::put`] put into a batch is stored.
    pub(super) fn advance_to(&self, last: u64) {
        self.built.store(last, Ordering::Release);
    }
}

/// Makes the indexes be built anew when the journal is opened the next time.
///
/// # Errors
/// If the store refuses.
pub async fn rebuild_indexes(store: &Store) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    BUILT.put(&mut batch, &key(), &0);
    store.commit(batch).await?;
    Ok(())
}

/// Stores that the indexes have every entry.
pub(super) fn put_complete(batch: &mut Batch) {
    BUILT.put(batch, &key(), &COMPLETE);
}

fn key() -> String {
    "upto".to_owned()
}
