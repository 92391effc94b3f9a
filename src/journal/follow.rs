//! Followers: each reads the journal from its own checkpoint, at least once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use lectern_store::{Batch, Store, StoreError, Table};

use super::{Entry, Journal, JournalError};

/// The number of the last entry each follower has dealt with.
const CHECKPOINTS: Table<String, u64> = Table::new("followers");

/// Entries handed over at a time.
const STRIDE: usize = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

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

impl From<JournalError> for FollowError {
    fn from(error: JournalError) -> Self {
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

impl Journal {
    /// Hands every entry to `follower`, from its checkpoint on, until `shutdown` becomes true.
    pub async fn follow(&self, follower: Arc<dyn Follower>, mut shutdown: watch::Receiver<bool>) {
        let mut newest = self.subscribe();
        let mut pause = FIRST_PAUSE;
        loop {
            newest.mark_unchanged();
            let turn = async {
                if let Err(error) = self.catch_up(follower.as_ref()).await {
                    let follower = follower.name();
                    tracing::warn!(%error, follower, "A follower could not take entries; it is asked again.");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                } else {
                    pause = FIRST_PAUSE;
                    let _ = newest.changed().await;
                }
            };
            tokio::select! {
                () = turn => {}
                _ = shutdown.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Hands `follower` everything up to the newest entry.
    pub async fn catch_up(&self, follower: &dyn Follower) -> Result<(), FollowError> {
        let mut taken = follower.checkpoint(self.store()).await?;
        loop {
            let entries = self.read(taken, STRIDE).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            follower.apply(&entries).await?;
            taken = last.seq;
            follower.advance(self.store(), taken).await?;
        }
    }
}
