//! Timers: what happens at a set time without anyone asking for it.
//!
//! A timer is a record that a command writes in its own commit. Firing one is a command too: its
//! handler says what follows, and the records, the journal entries and the removal of the timer
//! are one commit. So each timer fires exactly once, even if the server was down at its time or
//! the clock was changed. A timer whose subject has moved on is removed silently.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use lectern_base::{ArticleId, Clock, Timestamp};
use lectern_journal::{AuditEvent, Journal, JournalError};
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

/// The time, the article and the kind: a kind fires at most once at one moment for one article.
type TimerKey = (Timestamp, ArticleId, u8);

/// The table of all timers, whichever crate set them.
const NAME: &str = "review_timers";
/// All timers, with what each is about still undecoded.
const TIMERS: Table<TimerKey, Value> = Table::new(NAME);
/// Timers read at a time.
const STRIDE: usize = 100;

/// What a timer is about; it is stored with the timer.
pub trait Timed: Serialize + DeserializeOwned {
    /// Returns the number of its kind. No two handlers share one, and it never changes.
    fn kind(&self) -> u8;
}

/// Sets a timer within the commit that causes it.
pub fn set_timer<T: Timed>(batch: &mut Batch, article: ArticleId, at: Timestamp, what: &T) {
    Table::<TimerKey, T>::new(NAME).put(batch, &(at, article, what.kind()), what);
}

/// Why a timer could not fire; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// No handler takes timers of this kind.
    #[error("no handler takes timers of kind {0}")]
    Unhandled(u8),
    /// The handler failed.
    #[error("{0}")]
    Handler(String),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TimerError {
    /// Wraps the error of a handler.
    pub fn handler(error: impl ToString) -> Self {
        Self::Handler(error.to_string())
    }
}

/// Carries out the timers of some kinds.
#[async_trait]
pub trait TimerHandler: Send + Sync {
    /// Tells whether timers of this kind are its own.
    fn handles(&self, kind: u8) -> bool;

    /// Puts what follows from a timer into `batch` and returns the journal entries that tell of
    /// it; none when the timer no longer concerns anything.
    async fn fire(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        what: Value,
    ) -> Result<Vec<AuditEvent>, TimerError>;
}

/// Fires timers as they come due.
pub struct Timers {
    store: Store,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    handlers: Vec<Arc<dyn TimerHandler>>,
}

impl Timers {
    /// Fires the timers in `store` through `handlers`.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        handlers: Vec<Arc<dyn TimerHandler>>,
    ) -> Self {
        Self {
            store,
            journal,
            clock,
            handlers,
        }
    }

    /// Fires every timer that is due by the clock, in order of their times; returns how many had
    /// an effect.
    ///
    /// # Errors
    /// The first that failed; it and those after it fire the next time.
    pub async fn fire_due(&self) -> Result<usize, TimerError> {
        let mut fired = 0;
        loop {
            let until = Timestamp::from_millis(self.clock.now().millis() + 1).encode();
            let range = Range::between(&[], &until).limit(STRIDE);
            let found = TIMERS.scan(&self.store, range).await?;
            if found.is_empty() {
                return Ok(fired);
            }
            for (key, _) in found {
                fired += usize::from(self.fire(key).await?);
            }
        }
    }

    /// Fires one timer; a command that changes the same records at the same moment goes first.
    async fn fire(&self, key: TimerKey) -> Result<bool, TimerError> {
        loop {
            match self.try_fire(key).await {
                Err(TimerError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
    }

    async fn try_fire(&self, key: TimerKey) -> Result<bool, TimerError> {
        let Some(found) = TIMERS.get_versioned(&self.store, &key).await? else {
            return Ok(false);
        };
        let (_, article, kind) = key;
        let handler = self.handlers.iter().find(|handler| handler.handles(kind));
        let handler = handler.ok_or(TimerError::Unhandled(kind))?;
        let mut batch = Batch::new();
        TIMERS.delete_expecting(&mut batch, &key, &found);
        let deeds = handler.fire(&mut batch, article, found.value).await?;
        if deeds.is_empty() {
            self.store.commit(batch).await.map_err(JournalError::from)?;
            return Ok(false);
        }
        self.journal.record(batch, deeds).await?;
        Ok(true)
    }
}

/// Returns the moment that many days later.
pub fn days_after(moment: Timestamp, days: u32) -> Timestamp {
    moment.plus(Duration::from_secs(u64::from(days) * 86_400))
}
