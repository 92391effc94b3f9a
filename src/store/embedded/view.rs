//! What readers see: the last durable state, while a group is on its way to the disk.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use sled::{Db, IVec};

use super::layout;
use super::sled_db::{SledDb, guarded};
use crate::store::{LogId, Range, StoreError};

/// What stood under each key before a group changed it; none for nothing.
pub type Before = BTreeMap<Vec<u8>, Option<IVec>>;

/// Items read at once; between, the writer may go on.
const STRETCH: usize = 256;
/// Free bytes below which the disk counts as full: a few log segments of sled and a snapshot.
const LEAST_FREE: u64 = 64 << 20;

/// The database that readers and the writer share.
pub struct Shared {
    /// The folder of sled.
    pub folder: PathBuf,
    state: RwLock<State>,
    /// The last commit failed, and no other can succeed before the store is open again.
    pub failing: AtomicBool,
}

/// The open database, and what readers see instead of what it holds.
pub struct State {
    /// None while it is being opened again.
    pub db: Option<SledDb>,
    /// What is applied but not known to be durable is hidden behind what stood before.
    pub before: Before,
    /// What stood under each key that has changed since a copy began; none when none is made.
    pub pinned: Option<Before>,
}

impl Shared {
    /// Shares an open database.
    pub fn new(folder: PathBuf, db: SledDb) -> Self {
        let state = State {
            db: Some(db),
            before: Before::new(),
            pinned: None,
        };
        Self {
            folder,
            state: RwLock::new(state),
            failing: AtomicBool::new(false),
        }
    }

    /// Waits for the writer's short moments, never for the disk.
    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for readers to finish their stretch.
    pub fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many bytes of the disk are free; an error when writes fail or soon will.
    pub fn disk(&self) -> Result<u64, StoreError> {
        if self.failing.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the disk takes no data at present"));
        }
        let free = fs4::available_space(&self.folder).map_err(StoreError::unavailable)?;
        metrics::gauge!("lectern_store_free_bytes").set(free as f64);
        // sled reuses room within its file, but keeps it.
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

    /// Returns the last number that `log` has given.
    pub fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        let state = self.read();
        let view = state.view()?;
        let (first, last) = layout::entries(log).into_inner();
        match view.heads(&first, &last, true, 1)?.first() {
            Some((entry, _)) => layout::number_of(entry),
            None => layout::head(log, view.value(&layout::head_key(log))?.as_deref()),
        }
    }
}

impl State {
    /// Hides what a group is about to change until it is durable, and from a copy for good.
    pub fn hide(&mut self, before: Before) {
        if let Some(pinned) = &mut self.pinned {
            for (key, value) in &before {
                pinned.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.before = before;
    }

    /// Returns up to `wanted` entries of the tree, chunks included, as they stood when a copy began.
    pub fn pinned_stretch(
        &self,
        from: &[u8],
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        let view = self.view()?;
        let pinned = self.pinned.as_ref().unwrap_or(&self.before);
        View {
            before: pinned,
            ..view
        }
        .heads(from, &[u8::MAX], false, wanted)
    }

    /// Looks at the durable state.
    pub fn view(&self) -> Result<View<'_>, StoreError> {
        match &self.db {
            Some(db) => Ok(View {
                tree: &db.tree,
                before: &self.before,
            }),
            None => Err(StoreError::unavailable("the store is being opened again")),
        }
    }
}

/// The durable state at one moment.
pub struct View<'a> {
    tree: &'a Db,
    before: &'a Before,
}

impl View<'_> {
    fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.before.get(key) {
            Some(value) => Ok(value.clone()),
            None => guarded(|| self.tree.get(key)),
        }
    }

    /// Returns the first key from `from` on.
    pub fn next_key(&self, from: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let next = guarded(|| self.tree.range(from..).keys().next().transpose())?;
        Ok(next.map(|key| key.to_vec()))
    }

    fn value(&self, record: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.raw(record)?
            .map(|head| layout::join(record, &head, |key| self.raw(key)))
            .transpose()
    }

    /// Returns up to `wanted` records between `from` and `to`, from either end.
    fn stretch(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        let heads = self.heads(from, to, reverse, wanted)?;
        heads
            .into_iter()
            .map(|(record, head)| {
                let value = layout::join(&record, &head, |key| self.raw(key))?;
                Ok((record, value))
            })
            .collect()
    }

    /// Returns up to `wanted` entries of the tree between `from` and `to`, from either end.
    fn heads(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let mut heads = self.stored(from, to, reverse, wanted)?;
        let hidden = self.before.range(from.to_vec()..to.to_vec());
        heads.extend(hidden.filter_map(|(key, value)| Some((key.clone(), value.clone()?))));
        heads.sort_by(|(one, _), (other, _)| one.cmp(other));
        if reverse {
            heads.reverse();
        }
        heads.truncate(wanted);
        Ok(heads)
    }

    /// Returns up to `wanted` heads that no group on its way has changed.
    fn stored(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        let unchanged = |item: &sled::Result<(IVec, IVec)>| !matches!(item, Ok((key, _)) if self.before.contains_key(&key[..]));
        let owned = |item: sled::Result<(IVec, IVec)>| item.map(|(key, head)| (key.to_vec(), head));
        guarded(|| {
            let range = self.tree.range(from..to);
            if reverse {
                range
                    .rev()
                    .filter(unchanged)
                    .take(wanted)
                    .map(owned)
                    .collect()
            } else {
                range.filter(unchanged).take(wanted).map(owned).collect()
            }
        })
    }
}
