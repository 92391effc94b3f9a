//! Opening sled, and saying in words what it says in panics and codes.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sled::Db;

use crate::StoreError;

/// Memory for pages, in bytes.
const CACHE: u64 = 128 << 20;
/// How long to wait for a lock that a closing engine is about to let go.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open sled and an own handle of its file.
pub struct SledDb {
    pub tree: Db,
    /// sled's `flush` ends in `sync_file_range`, which survives a killed process but not a power
    /// cut; syncing any handle of the file syncs what sled wrote.
    file: File,
}

impl SledDb {
    /// Opens the folder, making it when it is missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(StoreError::unavailable)?;
        let tree = open_tree(folder)?;
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

    /// Closes it; false when it could not write the rest.
    pub fn close(self) -> bool {
        // sled unwraps a sync while it closes.
        let flushed = self.flush().and_then(|()| self.sync());
        catch_unwind(AssertUnwindSafe(|| drop(self))).is_ok() && flushed.is_ok()
    }

    /// Brings what was applied to the operating system.
    pub fn flush(&self) -> Result<(), StoreError> {
        guarded(|| self.tree.flush()).map(|_| ())
    }

    /// Forces what was flushed to the disk.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(StoreError::unavailable)
    }
}

fn open_tree(folder: &Path) -> Result<Db, StoreError> {
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity(CACHE)
        .flush_every_ms(Some(1_000))
        .mode(sled::Mode::LowSpace);
    let opened = patiently(|| match catch_unwind(AssertUnwindSafe(|| config.open())) {
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

/// Tries again for a while what a closing engine is about to let go.
pub fn patiently<T>(attempt: impl Fn() -> io::Result<T>) -> io::Result<T> {
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

/// Does something with sled, which panics on some damage.
pub fn guarded<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
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

/// Says it in words; sled hands some errors on as the debugging text of another.
fn refused(error: &io::Error) -> StoreError {
    let text = error.to_string();
    if error.kind() == io::ErrorKind::StorageFull || text.contains("StorageFull") {
        return StoreError::unavailable("the disk is full");
    }
    StoreError::unavailable(text)
}
