//! The [`Engine`]: reads go to the shared database, writes to the writer thread.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::data_dir::DataDir;
use super::overlay::LogNumbers;
use super::shared_db::SharedDb;
use super::sled_db::SledDb;
use super::writer::{CommitRequest, QUEUE, Writer};
use super::{CheckReport, OpenOptions, check_behind, layout};
use crate::blobs::run_blocking;
use crate::{Batch, Blobs, Committed, Engine, LogId, Range, Store, StoreError};

/// Opens the data directory, creating it if it is missing.
///
/// Reads every record once, so that damage is found at the start and not in the middle of work.
///
/// # Errors
/// [`StoreError::Held`] if another process has locked the directory, [`StoreError::Damaged`] if
/// something cannot be read, [`StoreError::Newer`] if a later release wrote it. None of these
/// changes the directory.
pub fn open(dir: &Path) -> Result<Store, StoreError> {
    open_with(dir, OpenOptions::default())
}

/// Opens the data directory with other options, or with fault injection.
///
/// # Errors
/// As [`open`]. With [`CheckTime::Behind`], damage can show later: the store then accepts no more
/// writes, and says why.
pub fn open_with(dir: &Path, options: impl Into<OpenOptions>) -> Result<Store, StoreError> {
    Ok(Arc::new(SledEngine::open(dir, options.into())?))
}

/// The engine on a data directory.
pub struct SledEngine {
    pub(super) shared: Arc<SharedDb>,
    blobs: Blobs,
    data_dir: DataDir,
    /// `None` once the engine is being dropped: the thread ends with the last sender.
    jobs: Option<mpsc::Sender<CommitRequest>>,
    thread: Option<JoinHandle<()>>,
}

impl SledEngine {
    /// See [`open`].
    pub(super) fn open(dir: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        Ok(Self::open_checked(dir, options)?.0)
    }

    /// Also returns what was checked, which is nothing with [`CheckTime::Behind`](super::CheckTime).
    pub(super) fn open_checked(
        dir: &Path,
        options: OpenOptions,
    ) -> Result<(Self, CheckReport), StoreError> {
        let mut data_dir = DataDir::hold(dir)?;
        let opened = data_dir.open(&options)?;
        let redo = data_dir.begin_redo()?;
        let shared = Arc::new(opened.shared);
        if opened.checked.is_none() {
            check_behind::start(Arc::clone(&shared))?;
        }
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let writer = Writer {
            shared: Arc::clone(&shared),
            faults: options.faults,
            checksum: opened.checksum,
            numbers: LogNumbers::new(),
            commit_counter: opened.commit_counter,
            redo,
            apply_thread: None,
            sled_failed: false,
            jobs: waiting,
        };
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run())
            .map_err(StoreError::unavailable)?;
        let engine = Self {
            shared,
            blobs: Blobs::open(&dir.join("blobs"))?,
            data_dir,
            jobs: Some(jobs),
            thread: Some(thread),
        };
        Ok((engine, opened.checked.unwrap_or_default()))
    }
}

impl Drop for SledEngine {
    /// Waits for the writer to commit what is queued and to apply everything to the tree, closes
    /// the database, writes the checksum manifest, and releases the lock.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let (db, all_applied) = {
            let mut state = self.shared.write();
            let all_applied = state.recent.is_empty() && state.moving.is_empty();
            (state.db.take().and_then(Arc::into_inner), all_applied)
        };
        if db.is_some_and(SledDb::close) && all_applied && !self.shared.is_damaged() {
            self.data_dir.write_manifest();
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
        run_blocking(move || shared.scan(table, &range)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let gone = || StoreError::unavailable("the store is closed");
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        let sent = jobs.send(CommitRequest { batch, answer }).await;
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
        run_blocking(move || shared.read_log(&log, after, limit)).await
    }

    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        self.shared.last_of_log(log)
    }

    async fn disk(&self) -> Result<u64, StoreError> {
        let shared = Arc::clone(&self.shared);
        run_blocking(move || shared.disk()).await
    }

    async fn copy(&self, to: &Path) -> Result<(), StoreError> {
        let (shared, blobs) = (Arc::clone(&self.shared), self.blobs.clone());
        let to = to.to_owned();
        run_blocking(move || super::copy::copy(&shared, &blobs, &to)).await
    }

    fn blobs(&self) -> &Blobs {
        &self.blobs
    }
}
