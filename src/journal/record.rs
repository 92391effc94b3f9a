//! Recording deeds together with what they change, and reading them.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Deed, Entry, Follower, JournalError};
use crate::base::{Clock, Page, Seek};
use crate::store::{Batch, Store};

/// The journal of this instance.
pub struct Journal {
    _store: Store,
    _clock: Arc<dyn Clock>,
}

impl Journal {
    /// Finds the last entry and goes on from there.
    pub async fn open(_store: Store, _clock: Arc<dyn Clock>) -> Result<Self, JournalError> {
        todo!()
    }

    /// Commits `batch` and the entries of `deeds` at once; returns the entries.
    ///
    /// Once begun it runs to its end, even when nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when the batch expected something else; nothing is written.
    pub async fn record(
        &self,
        _batch: Batch,
        _deeds: Vec<Deed>,
    ) -> Result<Vec<Entry>, JournalError> {
        todo!()
    }

    /// Returns up to `limit` entries after number `after`, oldest first.
    pub async fn read(&self, _after: u64, _limit: usize) -> Result<Vec<Entry>, JournalError> {
        todo!()
    }

    /// Returns a page of entries, newest first.
    pub async fn page(&self, _seek: &Seek) -> Result<Page<Entry>, JournalError> {
        todo!()
    }

    /// Returns the number of the last entry.
    pub fn head(&self) -> u64 {
        todo!()
    }

    /// Tells the number of the last entry whenever there is a new one.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        todo!()
    }

    /// Hands every entry to `follower`, from its checkpoint on, until `shutdown` becomes true.
    pub async fn follow(&self, _follower: Arc<dyn Follower>, _shutdown: watch::Receiver<bool>) {
        todo!()
    }
}
