//! The engine's door: reads go to the shared view, writes to the one thread.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::keeper::Keeper;
use super::overlay::Numbers;
use super::sled_db::SledDb;
use super::view::Shared;
use super::writer::{Job, QUEUE, Writer};
use super::{Faults, layout};
use crate::blobs::blocking;
use crate::{Batch, Blobs, Committed, Engine, LogId, Range, Store, StoreError};

/// Opens the data directory, or makes an empty one where there is none.
///
/// Every record is read once: damage is found now and not in the middle of somebody's work.
///
/// # Errors
/// [`StoreError::Held`] when another process holds it, [`StoreError::Damaged`] when something
/// cannot be read, [`StoreError::Newer`] when a later release wrote it. Nothing is changed then.
pub fn open(dir: &Path) -> Result<Store, StoreError> {
    open_with(dir, Faults::default())
}

/// Opens the data directory with failures made on purpose.
pub fn open_with(dir: &Path, faults: Faults) -> Result<Store, StoreError> {
    Ok(Arc::new(SledEngine::open(dir, faults)?))
}

/// The engine of a data directory.
pub struct SledEngine {
    pub(super) shared: Arc<Shared>,
    blobs: Blobs,
    keeper: Keeper,
    /// Taken when the engine is dropped: the thread ends with the last sender.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl SledEngine {
    /// See [`open`].
    pub(super) fn open(dir: &Path, faults: Faults) -> Result<Self, StoreError> {
        let keeper = Keeper::hold(dir)?;
        let (shared, tally, witness) = keeper.open()?;
        let redo = keeper.begin_redo()?;
        let shared = Arc::new(shared);
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let writer = Writer {
            shared: Arc::clone(&shared),
            faults,
            tally,
            numbers: Numbers::new(),
            witness,
            redo,
            mover: None,
            sled_failed: false,
            jobs: waiting,
        };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(StoreError::unavailable)?;
        Ok(Self {
            shared,
            blobs: Blobs::open(&dir.join("blobs"))?,
            keeper,
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }
}

impl Drop for SledEngine {
    /// Lets the writer finish what waits and settle, closes and seals; the directory is free afterwards.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let (db, settled) = {
            let mut state = self.shared.write();
            let settled = state.recent.is_empty() && state.moving.is_empty();
            (state.db.take().and_then(Arc::into_inner), settled)
        };
        if db.is_some_and(SledDb::close) && settled {
            self.keeper.seal();
        }
    }
}

#[async_trait]
impl Engine for SledEngine {
    async fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.shared.get(&layout::record_key(table, key))
    }

    async fn scan(
        &self,
        table: &'static str,
        range: Range,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.scan(table, &range)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let gone = || StoreError::unavailable("the store is closed");
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        let sent = jobs.send(Job { batch, answer }).await;
        sent.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    async fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        let (shared, log) = (Arc::clone(&self.shared), log.clone());
        blocking(move || shared.read_log(&log, after, limit)).await
    }

    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        self.shared.last_of_log(log)
    }

    async fn disk(&self) -> Result<u64, StoreError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.disk()).await
    }

    async fn copy(&self, to: &Path) -> Result<(), StoreError> {
        let (shared, blobs) = (Arc::clone(&self.shared), self.blobs.clone());
        let to = to.to_owned();
        blocking(move || super::copy::copy(&shared, &blobs, &to)).await
    }

    fn blobs(&self) -> &Blobs {
        &self.blobs
    }
}
