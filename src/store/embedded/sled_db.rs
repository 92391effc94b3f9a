//! Opens sled and translates its panics and error codes.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sled::Db;

use crate::StoreError;

/// sled counts the pages in its cache as they are on disk; decoded, they take about twice as much.
const DECODED: u64 = 2;
/// The smallest cache, in bytes.
const SMALLEST_CACHE: u64 = 8 << 20;
/// How long to wait for a lock that a closing engine is about to release.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open sled database and a separate handle to its file.
pub struct SledDb {
    pub tree: Db,
    /// sled's `flush` ends in `sync_file_range`, which survives a crash of the process but not a
    /// power cut. Syncing any handle to the file syncs what sled has written.
    file: File,
}

impl SledDb {
    /// Opens the database in `folder`, creating it if it is missing. What it caches takes about
    /// `cache` bytes of memory.
    pub fn open(folder: &Path, cache: u64) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(StoreError::unavailable)?;
        let tree = open_tree(folder, cache)?;
        let file = File::options()
            .write(true)
            .open(folder.join("db"))
            .map_err(StoreError::unavailable)?;
        file.sync_all().map_err(StoreError::unavailable)?;
        for dir in [folder, folder.parent().unwrap_or(folder)] {
            File::open(dir)
                .and_then(|dir| dir.sync_all())
                .map_err(StoreError::unavailable)?;
        }
        Ok(Self { tree, file })
    }

    /// Closes the database; returns `false` if it could not write everything.
    pub fn close(self) -> bool {
        // sled unwraps the result of a sync while it closes.
        let flushed = self.flush().and_then(|()| self.sync());
        catch_unwind(AssertUnwindSafe(|| drop(self))).is_ok() && flushed.is_ok()
    }

    /// Hands what was applied to the operating system.
    pub fn flush(&self) -> Result<(), StoreError> {
        catch_panic(|| self.tree.flush()).map(|_| ())
    }

    /// Makes what was flushed durable.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(StoreError::unavailable)
    }
}

fn open_tree(folder: &Path, cache: u64) -> Result<Db, StoreError> {
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity((cache / DECODED).max(SMALLEST_CACHE))
        .flush_every_ms(Some(1_000))
        .mode(sled::Mode::LowSpace);
    let opened = retry_while_locked(|| match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Err(sled::Error::Io(error))) if is_held(&error) => Err(io::ErrorKind::WouldBlock.into()),
        opened => Ok(opened),
    });
    match opened {
        Ok(Ok(Ok(db))) => Ok(db),
        Ok(Ok(Err(error))) => Err(explain(folder, error)),
        Ok(Err(_)) => Err(unreadable(folder, "it cannot be made sense of")),
        Err(_) => Err(StoreError::Held {
            dir: parent(folder),
        }),
    }
}

/// Retries for a while if `attempt` fails because something is locked.
pub fn retry_while_locked<T>(attempt: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(error)
                if error.kind() == io::ErrorKind::WouldBlock && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome,
        }
    }
}

fn is_held(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.to_string().contains("acquire lock")
}

fn explain(folder: &Path, error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => refused(&error),
        sled::Error::Corruption { .. } => unreadable(folder, "its beginning cannot be read"),
        other => unreadable(folder, other),
    }
}

fn unreadable(folder: &Path, reason: impl ToString) -> StoreError {
    StoreError::damaged(format!("the store in {}", folder.display()), reason)
}

fn parent(folder: &Path) -> PathBuf {
    folder.parent().unwrap_or(folder).to_owned()
}

/// Runs a sled operation; translates errors, and the panics with which sled reacts to some damage.
pub fn catch_panic<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(refused(&error)),
        Ok(Err(sled::Error::Unsupported(reason))) => Err(StoreError::unavailable(reason)),
        Ok(Err(_)) | Err(_) => Err(StoreError::damaged(
            "a page of the store",
            "it cannot be made sense of",
        )),
    }
}

/// Translates an I/O error; sled wraps some errors as the debug text of another.
fn refused(error: &io::Error) -> StoreError {
    let text = error.to_string();
    if error.kind() == io::ErrorKind::StorageFull || text.contains("StorageFull") {
        return StoreError::unavailable("the disk is full");
    }
    StoreError::unavailable(text)
}
