//! Keeps a data directory from being changed when it is not as it was left.
//!
//! sled takes a byte that rotted in the middle of its file for a torn end: it drops everything
//! behind it, says nothing and overwrites it. So it is not let near a file before this:
//! - closed in order, the directory carries a *seal*, the SHA-256 of every file of the store;
//!   a file that differs is reported and not opened;
//! - after a killed process there is no seal; the store is set *aside* as a copy first, and put
//!   back if what can be read ends before what was acknowledged;
//! - the *witness*, a number beside the store, says how many commits were acknowledged, and the
//!   *tally* within it, what should be there;
//! - the redo log, which holds what the store lacks, is not changed before all of this is in order.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::redo::{self, Redo};
use super::seal::Seal;
use super::sled_db::SledDb;
use super::tally::Tally;
use super::view::Shared;
use super::witness::Witness;
use super::{Faults, check, settle, sled_db, upgrade};
use crate::StoreError;

/// Holds a data directory.
pub struct Keeper {
    dir: PathBuf,
    /// Holds the lock while it is open.
    _lock: File,
}

impl Keeper {
    /// Takes the lock of the data directory, making the directory when it is missing.
    pub fn hold(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(StoreError::unavailable)?;
        let lock = File::create(dir.join("lock")).map_err(StoreError::unavailable)?;
        sled_db::patiently(|| lock.try_lock().map_err(io::Error::from)).map_err(|_| {
            StoreError::Held {
                dir: dir.to_owned(),
            }
        })?;
        Ok(Self {
            dir: dir.to_owned(),
            _lock: lock,
        })
    }

    /// The folder of sled.
    pub fn folder(&self) -> PathBuf {
        self.dir.join("store")
    }

    /// Opens the store if it is as it was left; otherwise leaves it so.
    pub fn open(&self) -> Result<(Shared, Tally, Witness), StoreError> {
        let witness = Witness::open(&self.dir.join("witness")).map_err(StoreError::unavailable)?;
        self.finish_put_back().map_err(StoreError::unavailable)?;
        let fresh = !self.folder().join("db").exists();
        if fresh && self.was_used(&witness)? {
            let reason = "it is missing, although there is what belongs to it";
            return Err(StoreError::damaged("the store", reason));
        }
        let sealed = self.check_seal()?;
        if !fresh && !sealed {
            self.set_aside();
        }
        match self.open_as_left(fresh, &witness) {
            Ok((shared, tally)) => {
                remove(&self.aside()).map_err(StoreError::unavailable)?;
                Ok((shared, tally, witness))
            }
            Err(error) => {
                self.finish_put_back().map_err(StoreError::unavailable)?;
                Err(error)
            }
        }
    }

    /// Empties the redo log of a store that is open and has everything.
    pub fn begin_redo(&self) -> Result<Redo, StoreError> {
        Redo::begin(&self.redo()).map_err(StoreError::unavailable)
    }

    /// Seals the store, which is closed now and has everything; without a seal the next start is
    /// only slower.
    pub fn seal(&self) {
        let sealed = redo::remove(&self.redo())
            .and_then(|()| Seal::of(&self.folder()))
            .and_then(|seal| seal.write(&self.seal_path()))
            .and_then(|()| sync(&self.dir));
        if let Err(error) = sealed {
            tracing::warn!(%error, "The store could not be sealed.");
        }
    }

    /// Compares the store with its seal and breaks it; tells whether there was one.
    fn check_seal(&self) -> Result<bool, StoreError> {
        let Some(seal) = Seal::read(&self.seal_path())? else {
            return Ok(false);
        };
        seal.compare(&self.folder())?;
        fs::remove_file(self.seal_path())
            .and_then(|()| sync(&self.dir))
            .map_err(StoreError::unavailable)?;
        Ok(true)
    }

    fn open_as_left(&self, fresh: bool, witness: &Witness) -> Result<(Shared, Tally), StoreError> {
        let db = SledDb::open(&self.folder())?;
        self.move_in(&db)?;
        upgrade::run(&db, fresh)?;
        expect_all(&db, witness)?;
        let tally = Tally::stored(&db)?;
        // After a power cut the store may be ahead of the witness.
        witness
            .note(tally.commits)
            .map_err(StoreError::unavailable)?;
        let shared = Shared::new(self.folder(), db);
        check::records(&shared)?;
        if let Some(db) = &shared.read().db {
            tally.recount(db)?;
        }
        Ok((shared, tally))
    }

    /// Moves what a killed process left in the redo log into the store.
    fn move_in(&self, db: &SledDb) -> Result<(), StoreError> {
        let held = Tally::stored(db)?.commits;
        let found = redo::find(&self.redo(), held).map_err(StoreError::unavailable)?;
        match found {
            Ok(Some(run)) => settle::at_once(db, &run.entries, &Faults::default()),
            Ok(None) => Ok(()),
            Err(missing) => {
                let reason = format!("commit {missing} is missing");
                Err(StoreError::damaged("the redo log", reason))
            }
        }
    }

    /// Copies the store; a disk without room for it must not keep the house closed.
    fn set_aside(&self) {
        let partial = self.dir.join("store.partial");
        let copied = remove(&partial)
            .and_then(|()| copy(&self.folder(), &partial))
            .and_then(|()| fs::rename(&partial, self.aside()))
            .and_then(|()| sync(&self.dir));
        if let Err(error) = copied {
            let _ = remove(&partial);
            tracing::warn!(%error, "There is no room to set a copy of the store aside.");
        }
    }

    /// Puts the copy back, if there is one: whoever made it did not get to see the store in order.
    fn finish_put_back(&self) -> io::Result<()> {
        if !self.aside().exists() {
            return Ok(());
        }
        remove(&self.folder())?;
        fs::rename(self.aside(), self.folder())?;
        sync(&self.dir)
    }

    fn was_used(&self, witness: &Witness) -> Result<bool, StoreError> {
        let blobs = crate::Blobs::open(&self.dir.join("blobs"))?;
        Ok(witness.seen() > 0 || !blobs.list_now()?.is_empty())
    }

    fn redo(&self) -> PathBuf {
        self.dir.join("redo")
    }

    fn aside(&self) -> PathBuf {
        self.dir.join("store.aside")
    }

    fn seal_path(&self) -> PathBuf {
        self.dir.join("seal")
    }
}

/// Makes sure that every acknowledged commit can be read.
pub fn expect_all(db: &SledDb, witness: &Witness) -> Result<(), StoreError> {
    let (found, seen) = (Tally::stored(db)?.commits, witness.seen());
    if found >= seen {
        return Ok(());
    }
    let reason = format!("{seen} commits were saved, but it can be read only up to commit {found}");
    Err(StoreError::damaged("file store/db", reason))
}

/// Returns every file below `folder`.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for path in files(from)? {
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(&path, &target)?;
        File::open(&target)?.sync_all()?;
    }
    sync(to)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
