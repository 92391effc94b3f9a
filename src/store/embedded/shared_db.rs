//! The database that readers and the writer share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;

use super::layout;
use super::pin_purpose::PURPOSES;
use super::sled_db::SledDb;
use super::view::{Entries, View};
use crate::{LogId, Range, StoreError};

/// Number of items read per lock, so that the writer can proceed in between.
const STRETCH: usize = 256;
/// Free bytes below which the disk counts as full: some log segments of sled and a snapshot.
const LEAST_FREE: u64 = 64 << 20;

/// The database that readers and the writer share.
pub struct SharedDb {
    /// The folder of the sled database.
    pub folder: PathBuf,
    /// Memory for the records that are in use, in bytes.
    pub cache: u64,
    state: RwLock<DbState>,
    /// How the store is damaged; nothing is written any more.
    damage: OnceLock<String>,
    /// Whether the last commit failed; no other can succeed until the store has recovered.
    pub failing: AtomicBool,
}

/// The open database, and what is committed but not yet applied to it.
pub struct DbState {
    /// `None` while it is being reopened.
    pub db: Option<Arc<SledDb>>,
    /// What is being applied to the tree.
    pub moving: Arc<Entries>,
    /// What was committed since; it takes precedence over `moving`.
    pub recent: Entries,
    /// The old values of the keys changed since a snapshot was taken, for each purpose that has one.
    pub pinned: [Option<Entries>; PURPOSES],
}

impl SharedDb {
    /// Shares an open database.
    pub fn new(folder: PathBuf, cache: u64, db: SledDb) -> Self {
        let state = DbState {
            db: Some(Arc::new(db)),
            moving: Arc::default(),
            recent: Entries::new(),
            pinned: [None, None],
        };
        Self {
            folder,
            cache,
            state: RwLock::new(state),
            damage: OnceLock::new(),
            failing: AtomicBool::new(false),
        }
    }

    /// Locks for reading. Waits for the writer briefly, never for the disk.
    pub fn read(&self) -> RwLockReadGuard<'_, DbState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks for writing. Waits for readers to finish their current chunk.
    pub fn write(&self) -> RwLockWriteGuard<'_, DbState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops all writes, because the store is damaged.
    pub fn declare_damaged(&self, damage: &StoreError) {
        tracing::error!(%damage, "The store accepts no more changes");
        let _ = self.damage.set(damage.to_string());
    }

    /// Returns whether the store is damaged.
    pub fn is_damaged(&self) -> bool {
        self.damage.get().is_some()
    }

    /// Returns why nothing is written any more, if the store is damaged.
    pub fn expect_sound(&self) -> Result<(), StoreError> {
        match self.damage.get() {
            Some(damage) => Err(StoreError::unavailable(damage)),
            None => Ok(()),
        }
    }

    /// Returns the free disk space in bytes; an error if writes fail or soon will.
    pub fn disk(&self) -> Result<u64, StoreError> {
        self.expect_sound()?;
        if self.failing.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the disk takes no data at present"));
        }
        let free = fs4::available_space(&self.folder).map_err(StoreError::unavailable)?;
        metrics::gauge!("lectern_store_free_bytes").set(free as f64);
        // sled reuses space in its file but never shrinks it.
        let taken = std::fs::metadata(self.folder.join("db")).map_err(StoreError::unavailable)?;
        metrics::gauge!("lectern_store_disk_bytes").set(taken.len() as f64);
        if free < LEAST_FREE {
            let left = free >> 20;
            let reason = format!("the disk is almost full: {left} MiB are left");
            return Err(StoreError::unavailable(reason));
        }
        Ok(free)
    }

    /// Returns the value of a record of the tree.
    pub fn get(&self, record: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.read().view()?.value(record)
    }

    /// Returns the keys and values of `range` in `table`.
    pub fn scan(&self, table: &str, range: &Range) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let mut from = layout::record_key(table, &range.from);
        let mut to = match &range.to {
            Some(to) => layout::record_key(table, to),
            None => layout::end_of_table(table),
        };
        let prefix = layout::record_key(table, &[]).len();
        let mut found = Vec::new();
        while found.len() < range.limit {
            let wanted = STRETCH.min(range.limit - found.len());
            let stretch = self
                .read()
                .view()?
                .stretch(&from, &to, range.reverse, wanted)?;
            let Some((last, _)) = stretch.last() else {
                break;
            };
            if range.reverse {
                to.clone_from(last);
            } else {
                from = [last, &[0][..]].concat();
            }
            let keyed =
                |(record, value): (Vec<u8>, Bytes)| (Bytes::from(record).slice(prefix..), value);
            found.extend(stretch.into_iter().map(keyed));
        }
        Ok(found)
    }

    /// Returns up to `limit` entries of `log` after number `after`.
    pub fn read_log(
        &self,
        log: &LogId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        let prefix = layout::record_key(layout::LOG, &[]).len();
        let key = |number| layout::entry_key(log, number)[prefix..].to_vec();
        let Some(first) = after.checked_add(1) else {
            return Ok(Vec::new());
        };
        let range = Range::between(&key(first), &[&key(u64::MAX)[..], &[0]].concat());
        let found = self.scan(layout::LOG, &range.limit(limit))?;
        found
            .into_iter()
            .map(|(key, entry)| match layout::entry_of(&key) {
                Some((_, number)) => Ok((number, entry)),
                None => Err(layout::damaged(&key, "its key cannot be read")),
            })
            .collect()
    }

    /// Returns the last number assigned in `log`.
    pub fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        self.read().view()?.last_of_log(log)
    }
}

impl DbState {
    /// Makes a group's changes visible, and saves the old values for the snapshots that are in use.
    pub fn show(&mut self, changes: Entries, before: &Entries) {
        for pinned in self.pinned.iter_mut().flatten() {
            for (key, value) in before {
                pinned.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.recent.extend(changes);
    }

    /// Returns a view of the committed state.
    pub fn view(&self) -> Result<View<'_>, StoreError> {
        match &self.db {
            Some(db) => {
                let layers = [None, Some(&self.recent), Some(&*self.moving)];
                Ok(View::with_layers(&db.tree, layers))
            }
            None => Err(StoreError::unavailable("the store is being opened again")),
        }
    }
}
