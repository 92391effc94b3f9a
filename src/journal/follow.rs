//! Followers: each reads the journal from its own checkpoint, at least once.

use async_trait::async_trait;

use super::Entry;
use crate::store::{Batch, Store, StoreError, Table};

/// The number of the last entry each follower has dealt with.
const CHECKPOINTS: Table<String, u64> = Table::new("followers");

/// Why a follower could not deal with entries; it is given them again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FollowError(pub String);

impl FollowError {
    /// Makes it of any error.
    pub fn new(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for FollowError {
    fn from(error: StoreError) -> Self {
        Self::new(error)
    }
}

/// Somebody who reads the journal and keeps a view of it.
#[async_trait]
pub trait Follower: Send + Sync + 'static {
    /// Names it, for good: its checkpoint stands under this name.
    fn name(&self) -> &'static str;

    /// Deals with `entries`, which follow the checkpoint without a gap.
    ///
    /// The same entries may come again after a crash: doing it twice must be like doing it once.
    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError>;

    /// Returns the number of the last entry dealt with.
    async fn checkpoint(&self, store: &Store) -> Result<u64, FollowError> {
        let name = self.name().to_owned();
        Ok(CHECKPOINTS.get(store, &name).await?.unwrap_or(0))
    }

    /// Remembers that everything up to `seq` is dealt with.
    ///
    /// Those who keep the number beside their own data (a search index) do nothing here.
    async fn advance(&self, store: &Store, seq: u64) -> Result<(), FollowError> {
        let mut batch = Batch::new();
        CHECKPOINTS.put(&mut batch, &self.name().to_owned(), &seq);
        store.commit(batch).await?;
        Ok(())
    }
}
