//! A real store whose commits wait or fail for as long as a test wants.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;

use lectern_store::{Batch, Blobs, Committed, Engine, LogId, Range, Store, StoreError};

/// A store with a gate in front of its commits.
pub struct GatedStore {
    store: Store,
    open: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
    failing: AtomicBool,
    reads: AtomicUsize,
    commits: AtomicUsize,
}

impl GatedStore {
    /// Puts an open gate in front of a store.
    pub fn new(store: Store) -> Arc<Self> {
        Arc::new(Self {
            store,
            open: watch::Sender::new(true),
            waiting: watch::Sender::new(0),
            failing: AtomicBool::new(false),
            reads: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
        })
    }

    /// Makes commits wait.
    pub fn shut(&self) {
        self.open.send_replace(false);
    }

    /// Lets commits through.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Makes commits fail, as on a full disk.
    pub fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::SeqCst);
    }

    /// Waits until a commit waits at the gate.
    pub async fn until_commit_waits(&self) {
        self.waiting
            .subscribe()
            .wait_for(|waiting| *waiting > 0)
            .await
            .unwrap();
    }

    /// Returns how many commits have been let through.
    pub fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }

    /// Returns how often a log was read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Engine for GatedStore {
    async fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.store.get(table, key).await
    }

    async fn scan(
        &self,
        table: &'static str,
        range: Range,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        self.store.scan(table, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        self.waiting.send_modify(|waiting| *waiting += 1);
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        self.waiting.send_modify(|waiting| *waiting -= 1);
        if self.failing.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable {
                reason: "no space left".into(),
            });
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.store.commit(batch).await
    }

    async fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.store.read_log(log, after, limit).await
    }

    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        self.store.last_of_log(log).await
    }

    async fn disk(&self) -> Result<u64, StoreError> {
        self.store.disk().await
    }

    async fn copy(&self, to: &std::path::Path) -> Result<(), StoreError> {
        self.store.copy(to).await
    }

    fn blobs(&self) -> &Blobs {
        self.store.blobs()
    }
}
