//! The data directory, and the checks that protect it from a damaged store.
//!
//! If a byte in the middle of sled's file is corrupted, sled mistakes it for a torn write at the
//! end: it silently drops and overwrites everything after it. Therefore, before sled may touch a
//! file:
//! - After a clean shutdown, the directory has a [`ChecksumManifest`] with the SHA-256 of every
//!   file of the store. If a file differs, that is reported and the store is not opened. A server
//!   compares before it starts only what was written since the store was opened the time before:
//!   that is what sled reads again and could misread. It checks the rest while it runs
//!   ([`check_behind`](super::check_behind)).
//! - After a crash, there is no manifest. The store is copied first, and the copy is restored if
//!   sled then finds fewer commits than were acknowledged.
//! - The [`CommitCounter`], a file beside the store, says how many commits were acknowledged; the
//!   [`StoreChecksum`] inside the store says what it must contain.
//! - The redo log, which has what the store still lacks, is left alone until all this is checked.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::checksum_manifest::ChecksumManifest;
use super::commit_counter::CommitCounter;
use super::fs::{copy_folder, make_private, remove_folder, sync_folder};
use super::redo_log::{self, RedoLog};
use super::shared_db::SharedDb;
use super::sled_db::SledDb;
use super::store_checksum::StoreChecksum;
use super::{CheckReport, CheckTime, Faults, OpenOptions, apply, migrations, records, sled_db};
use crate::StoreError;

/// An open store.
pub struct OpenedStore {
    /// What readers and the writer share.
    pub shared: SharedDb,
    /// What the tree contains, or is said to contain.
    pub checksum: StoreChecksum,
    /// The number of acknowledged commits.
    pub commit_counter: CommitCounter,
    /// What was checked; `None` if it is yet to be checked.
    pub checked: Option<CheckReport>,
}

/// A locked data directory.
pub struct DataDir {
    dir: PathBuf,
    /// The manifest of the store as it was before it was opened.
    before: Option<ChecksumManifest>,
    /// The lock is held while this is open.
    _lock: File,
}

impl DataDir {
    /// Locks the data directory, creating it if it is missing.
    ///
    /// # Errors
    /// [`StoreError::Held`] if another process has the lock.
    pub fn hold(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(StoreError::unavailable)?;
        let lock = File::create(dir.join("lock")).map_err(StoreError::unavailable)?;
        sled_db::retry_while_locked(|| lock.try_lock().map_err(io::Error::from)).map_err(|_| {
            StoreError::Held {
                dir: dir.to_owned(),
            }
        })?;
        make_private(dir).map_err(StoreError::unavailable)?;
        Ok(Self {
            dir: dir.to_owned(),
            before: None,
            _lock: lock,
        })
    }

    /// Returns the folder of the sled database.
    pub fn folder(&self) -> PathBuf {
        self.dir.join("store")
    }

    /// Opens the store if it is intact; otherwise leaves it unchanged.
    pub fn open(&mut self, options: &OpenOptions) -> Result<OpenedStore, StoreError> {
        let commit_counter =
            CommitCounter::open(&self.dir.join("witness")).map_err(StoreError::unavailable)?;
        self.restore_copy().map_err(StoreError::unavailable)?;
        let fresh = !self.folder().join("db").exists();
        if fresh && self.was_used(&commit_counter)? {
            let reason = "it is missing, although there is what belongs to it";
            return Err(StoreError::damaged("the store", reason));
        }
        let is_unchanged = self.check_manifest(options.check)?;
        if !fresh && !is_unchanged {
            self.make_copy();
        }
        let check = !is_unchanged || options.check == CheckTime::AtOpen;
        match self.open_as_left(fresh, check, options, &commit_counter) {
            Ok((shared, checksum, checked)) => {
                remove_folder(&self.copy_path()).map_err(StoreError::unavailable)?;
                Ok(OpenedStore {
                    shared,
                    checksum,
                    commit_counter,
                    checked,
                })
            }
            Err(error) => {
                self.restore_copy().map_err(StoreError::unavailable)?;
                Err(error)
            }
        }
    }

    /// Starts an empty redo log; the store must be open and contain every commit.
    pub fn begin_redo(&self) -> Result<RedoLog, StoreError> {
        RedoLog::begin(&self.redo()).map_err(StoreError::unavailable)
    }

    /// Writes the checksum manifest of the store, which must be closed and contain every commit.
    ///
    /// A failure is logged and otherwise harmless: without a manifest, the next start is slower.
    pub fn write_manifest(&self) {
        let written = remove_folder(&self.redo())
            .and_then(|()| ChecksumManifest::of(&self.folder()))
            .map(|manifest| manifest.since(self.before.as_ref()))
            .and_then(|manifest| manifest.write(&self.manifest_path()))
            .and_then(|()| sync_folder(&self.dir));
        if let Err(error) = written {
            tracing::warn!(%error, "The checksum manifest could not be written; the next start will be slower.");
        }
    }

    /// Checks the store against its manifest and deletes the manifest, which the first write
    /// invalidates; returns whether there was one.
    fn check_manifest(&mut self, check: CheckTime) -> Result<bool, StoreError> {
        let Some(manifest) = ChecksumManifest::read(&self.manifest_path())? else {
            return Ok(false);
        };
        match check {
            CheckTime::AtOpen => manifest.compare(&self.folder())?,
            CheckTime::Behind => manifest.compare_recent(&self.folder())?,
        }
        self.before = Some(manifest);
        fs::remove_file(self.manifest_path())
            .and_then(|()| sync_folder(&self.dir))
            .map_err(StoreError::unavailable)?;
        Ok(true)
    }

    fn open_as_left(
        &self,
        fresh: bool,
        check: bool,
        options: &OpenOptions,
        commit_counter: &CommitCounter,
    ) -> Result<(SharedDb, StoreChecksum, Option<CheckReport>), StoreError> {
        let db = SledDb::open(&self.folder(), options.cache)?;
        self.replay_redo_log(&db)?;
        migrations::run(&db, fresh)?;
        expect_all(&db, commit_counter)?;
        let checksum = StoreChecksum::stored(&db)?;
        // After a power cut, the store can be ahead of the counter.
        commit_counter
            .set(checksum.commits)
            .map_err(StoreError::unavailable)?;
        let shared = SharedDb::new(self.folder(), options.cache, db);
        if !check {
            return Ok((shared, checksum, None));
        }
        let checked = records::check(&shared, &options.progress)?;
        if let Some(db) = &shared.read().db {
            checksum.recount(db)?;
        }
        Ok((shared, checksum, Some(checked)))
    }

    /// Applies the commits that a crashed process left in the redo log.
    fn replay_redo_log(&self, db: &SledDb) -> Result<(), StoreError> {
        let held = StoreChecksum::stored(db)?.commits;
        let found = redo_log::find(&self.redo(), held).map_err(StoreError::unavailable)?;
        match found {
            Ok(Some(run)) => apply::all(db, &run.entries, &Faults::default()),
            Ok(None) => Ok(()),
            Err(missing) => {
                let reason = format!("commit {missing} is missing");
                Err(StoreError::damaged("the redo log", reason))
            }
        }
    }

    /// Copies the store. If there is no space for it, the store is opened without a copy.
    fn make_copy(&self) {
        let partial = self.dir.join("store.partial");
        let copied = remove_folder(&partial)
            .and_then(|()| copy_folder(&self.folder(), &partial))
            .and_then(|()| fs::rename(&partial, self.copy_path()))
            .and_then(|()| sync_folder(&self.dir));
        if let Err(error) = copied {
            let _ = remove_folder(&partial);
            tracing::warn!(%error, "There is no space to copy the store before it is opened.");
        }
    }

    /// Restores the copy if there is one: it is deleted once the store has opened without errors.
    fn restore_copy(&self) -> io::Result<()> {
        if !self.copy_path().exists() {
            return Ok(());
        }
        remove_folder(&self.folder())?;
        fs::rename(self.copy_path(), self.folder())?;
        sync_folder(&self.dir)
    }

    fn was_used(&self, commit_counter: &CommitCounter) -> Result<bool, StoreError> {
        let blobs = crate::Blobs::open(&self.dir.join("blobs"))?;
        Ok(commit_counter.get() > 0 || !blobs.list_now()?.is_empty())
    }

    fn redo(&self) -> PathBuf {
        self.dir.join("redo")
    }

    fn copy_path(&self) -> PathBuf {
        self.dir.join("store.aside")
    }

    fn manifest_path(&self) -> PathBuf {
        self.dir.join("seal")
    }
}

/// Checks that the store contains every acknowledged commit.
pub fn expect_all(db: &SledDb, commit_counter: &CommitCounter) -> Result<(), StoreError> {
    let (found, seen) = (StoreChecksum::stored(db)?.commits, commit_counter.get());
    if found >= seen {
        return Ok(());
    }
    let reason = format!("{seen} commits were saved, but it can be read only up to commit {found}");
    Err(StoreError::damaged("file store/db", reason))
}
