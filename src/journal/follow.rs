//! Followers: consumers of the journal, each with its own checkpoint.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use lectern_store::{Batch, Store, StoreError, Table};

use super::{Entry, Journal, JournalError};

/// The number of the last entry that each follower has processed.
const CHECKPOINTS: Table<String, u64> = Table::new("followers");

/// Number of entries per call of [`Follower::apply`].
const CHUNK: usize = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Why a follower could not process entries; they will be delivered again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FollowError(pub String);

impl FollowError {
    /// Wraps any error.
    pub fn new(error: impl ToString) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for FollowError {
    fn from(error: StoreError) -> Self {
        Self::new(error)
    }
}

impl From<JournalError> for FollowError {
    fn from(error: JournalError) -> Self {
        Self::new(error)
    }
}

/// A consumer of the journal that maintains a view of it.
#[async_trait]
pub trait Follower: Send + Sync + 'static {
    /// Returns the name, which must never change: the checkpoint is stored under it.
    fn name(&self) -> &'static str;

    /// Processes `entries`, which follow the checkpoint without a gap.
    ///
    /// Must be idempotent: the same entries can be delivered again after a crash.
    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError>;

    /// Returns the number of the last processed entry.
    async fn checkpoint(&self, store: &Store) -> Result<u64, FollowError> {
        let name = self.name().to_owned();
        Ok(CHECKPOINTS.get(store, &name).await?.unwrap_or(0))
    }

    /// Stores that everything up to `seq` is processed.
    ///
    /// A follower that commits the number with its own data, like a search index, overrides this
    /// to do nothing.
    async fn advance(&self, store: &Store, seq: u64) -> Result<(), FollowError> {
        let mut batch = Batch::new();
        CHECKPOINTS.put(&mut batch, &self.name().to_owned(), &seq);
        store.commit(batch).await?;
        Ok(())
    }
}

impl Journal {
    /// Delivers every entry after the checkpoint to `follower` until `shutdown` becomes true.
    pub async fn follow(&self, follower: Arc<dyn Follower>, mut shutdown: watch::Receiver<bool>) {
        let mut newest = self.subscribe();
        let mut pause = FIRST_PAUSE;
        loop {
            newest.mark_unchanged();
            let step = async {
                if let Err(error) = self.catch_up(follower.as_ref()).await {
                    let follower = follower.name();
                    tracing::warn!(%error, follower, "A follower failed to process entries and will be retried.");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                } else {
                    pause = FIRST_PAUSE;
                    let _ = newest.changed().await;
                }
            };
            tokio::select! {
                () = step => {}
                _ = shutdown.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Delivers everything up to the newest entry to `follower`.
    pub async fn catch_up(&self, follower: &dyn Follower) -> Result<(), FollowError> {
        let mut taken = follower.checkpoint(self.store()).await?;
        loop {
            let entries = self.read(taken, CHUNK).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            follower.apply(&entries).await?;
            taken = last.seq;
            follower.advance(self.store(), taken).await?;
        }
    }
}
