//! The embedded engine: sled 0.34, one tree, one writing thread.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use sled::{Db, Tree};
use tokio::sync::{mpsc, oneshot};

use super::super::{Batch, Blobs, Committed, Engine, LogId, Range, StoreError};
use super::fault::{FaultPoint, Faults};
use super::writer::{self, Job};
use super::{Checked, check, layout, overlay, upgrade};

/// Memory that sled may use for pages, in bytes.
const CACHE: u64 = 128 << 20;
const TREE: &str = "lectern";
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The engine of a data directory.
pub struct SledEngine {
    database: Arc<Database>,
    blobs: Blobs,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// The database, which is read anew from disk after a failed commit.
pub struct Database {
    directory: PathBuf,
    open: RwLock<Option<Open>>,
    failed: AtomicBool,
    file: File,
    faults: Faults,
}

struct Open {
    db: Db,
    tree: Tree,
}

impl SledEngine {
    /// Opens or creates the engine in `directory`; `faults` never strikes in the product.
    pub fn open(directory: &Path, faults: Faults) -> Result<Self, StoreError> {
        let folder = directory.join("store");
        let blobs = Blobs::open(&directory.join("blobs"))?;
        let fresh = !folder.join("db").exists();
        if fresh && !blobs.list_now()?.is_empty() {
            let why = "its folder is missing or empty, although there are files that belong to it";
            return Err(StoreError::damaged("the store", why));
        }
        let database = Arc::new(Database::open(&folder, faults.clone())?);
        database.with_tree(|tree| {
            upgrade::run(tree, fresh)?;
            check::records(tree)
        })?;
        let (jobs, waiting) = mpsc::channel(writer::QUEUE);
        let writing = Arc::clone(&database);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer::run(&writing, &faults, waiting))
            .map_err(StoreError::unavailable)?;
        Ok(Self {
            database,
            blobs,
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Reads every record, every log entry and every file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first that is wrong.
    pub fn check(&self) -> Result<Checked, StoreError> {
        let mut checked = self.database.with_tree(check::records)?;
        checked.log_entries = self.database.with_tree(check::logs)?;
        for hash in self.blobs.list_now()? {
            self.blobs.get_now(hash)?;
            checked.blobs += 1;
        }
        Ok(checked)
    }
}

impl Drop for SledEngine {
    /// Ends the writer, so that the data directory is free when this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Database {
    fn open(folder: &Path, faults: Faults) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(StoreError::unavailable)?;
        let open = Open::read(folder)?;
        // sled writes this one file; syncing any handle of it syncs what sled wrote.
        let file = File::options()
            .read(true)
            .write(true)
            .open(folder.join("db"))
            .map_err(StoreError::unavailable)?;
        file.sync_all().map_err(StoreError::unavailable)?;
        File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(StoreError::unavailable)?;
        Ok(Self {
            directory: folder.to_owned(),
            open: RwLock::new(Some(open)),
            failed: AtomicBool::new(false),
            file,
            faults,
        })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Runs `use_tree` on the tree; the database cannot be closed meanwhile.
    pub fn with_tree<T>(
        &self,
        use_tree: impl FnOnce(&Tree) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        match open.as_ref() {
            Some(open) => use_tree(&open.tree),
            None => Err(StoreError::unavailable(
                "the store is being read anew from disk",
            )),
        }
    }

    /// Notes that what is in memory may be ahead of the disk: nothing is read until it is reread.
    pub fn mark_failed(&self) {
        self.failed.store(true, Ordering::SeqCst);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
        if let Err(error) = self.reopen_if_failed() {
            tracing::warn!(%error, "The store cannot be read anew yet; the next write tries again.");
        }
    }

    /// After a failure: reads the database anew, so that what is on disk is what everybody sees.
    pub fn reopen_if_failed(&self) -> Result<(), StoreError> {
        if !self.failed.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        self.faults
            .strike(FaultPoint::BeforeReopen)
            .map_err(StoreError::unavailable)?;
        let fresh = Open::read(&self.directory)?;
        // What recovery found counts only once it is certain to stay.
        fresh.tree.flush().map_err(StoreError::unavailable)?;
        self.file.sync_data().map_err(StoreError::unavailable)?;
        *open = Some(fresh);
        self.failed.store(false, Ordering::SeqCst);
        tracing::info!("The store was read anew from disk and takes writes again.");
        Ok(())
    }
}

impl Open {
    /// Opens the database. sled lets go of its file a moment after it was closed, so a held file is
    /// tried again for a second before anybody is told.
    fn read(folder: &Path) -> Result<Self, StoreError> {
        for _ in 0..LOCK_TRIES {
            match Self::try_read(folder) {
                Err(StoreError::Held { .. }) => std::thread::sleep(LOCK_PAUSE),
                other => return other,
            }
        }
        Err(held(folder))
    }

    fn try_read(folder: &Path) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE)
            .flush_every_ms(Some(1_000))
            .mode(sled::Mode::LowSpace);
        // sled panics on some damaged files; that must become a sentence as well.
        let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let db = config.open()?;
            let tree = db.open_tree(TREE)?;
            Ok::<_, sled::Error>(Self { db, tree })
        }));
        match opened {
            Ok(Ok(open)) => Ok(open),
            Ok(Err(error)) => Err(explain(folder, &error)),
            Err(_) => Err(StoreError::damaged("the store's file", "it cannot be read")),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Err(error) = self.db.flush() {
            tracing::warn!(%error, "The store could not be flushed while closing.");
        }
    }
}

fn explain(folder: &Path, error: &sled::Error) -> StoreError {
    let words = error.to_string();
    match error {
        sled::Error::Io(io) if io.kind() == std::io::ErrorKind::WouldBlock => held(folder),
        sled::Error::Io(_) if words.contains("could not acquire lock") => held(folder),
        sled::Error::Corruption { .. } => StoreError::damaged("the store's file", words),
        sled::Error::Unsupported(_) => StoreError::damaged("the store's file", words),
        _ => StoreError::unavailable(words),
    }
}

fn held(folder: &Path) -> StoreError {
    StoreError::Held {
        dir: folder.parent().unwrap_or(folder).to_owned(),
    }
}

#[async_trait]
impl Engine for SledEngine {
    async fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let record = layout::record_key(table, key);
        self.database.with_tree(|tree| overlay::read(tree, &record))
    }

    async fn scan(
        &self,
        table: &'static str,
        range: Range,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        self.database.with_tree(|tree| scan(tree, table, &range))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let (answer, answered) = oneshot::channel();
        let closed = |_| StoreError::unavailable("the store is closed");
        let jobs = self.jobs.as_ref().ok_or(()).map_err(closed)?;
        jobs.send(Job { batch, answer })
            .await
            .map_err(|_| closed(()))?;
        answered.await.map_err(|_| closed(()))?
    }

    async fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        let range = Range::prefix(&layout::log_prefix(log))
            .after(&layout::entry_key(log, after))
            .limit(limit);
        let found = self
            .database
            .with_tree(|tree| scan(tree, layout::LOG, &range))?;
        let numbered = found
            .into_iter()
            .filter_map(|(key, entry)| layout::split_entry(&key).map(|(_, n)| (n, entry)));
        Ok(numbered.collect())
    }

    async fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        let head = layout::record_key(layout::LOG_HEAD, log.as_str().as_bytes());
        let found = self.database.with_tree(|tree| overlay::read(tree, &head))?;
        Ok(found.and_then(|bytes| overlay::number(&bytes)).unwrap_or(0))
    }

    fn blobs(&self) -> &Blobs {
        &self.blobs
    }
}

fn scan(
    tree: &Tree,
    table: &'static str,
    range: &Range,
) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
    let start = layout::record_key(table, &[]);
    let from = layout::record_key(table, &range.from);
    let to = match &range.to {
        Some(to) => layout::record_key(table, to),
        None => layout::behind(&start),
    };
    if from >= to {
        return Ok(Vec::new());
    }
    let read = |item: Result<(sled::IVec, sled::IVec), sled::Error>| {
        let (record, head) = item.map_err(StoreError::unavailable)?;
        let value = overlay::decode(tree, &record, &head)?;
        Ok((Bytes::copy_from_slice(&record[start.len()..]), value))
    };
    let found = tree.range(from..to);
    match range.reverse {
        true => found.rev().take(range.limit).map(read).collect(),
        false => found.take(range.limit).map(read).collect(),
    }
}
