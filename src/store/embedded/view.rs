//! What readers see: the tree, and before it what is on disk but not in the tree yet.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use sled::{Db, IVec};

use super::layout;
use super::sled_db::{SledDb, guarded};
use crate::{LogId, Range, StoreError};

/// What stands under each of some keys; none for nothing.
pub type Entries = BTreeMap<Vec<u8>, Option<IVec>>;

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

/// The open database, and what is on disk but not in it yet.
pub struct State {
    /// None while it is being opened again.
    pub db: Option<Arc<SledDb>>,
    /// What is being moved into the tree.
    pub moving: Arc<Entries>,
    /// What was committed since; it goes before what is being moved.
    pub recent: Entries,
    /// What stood under each key that has changed since a copy began; none when none is made.
    pub pinned: Option<Entries>,
}

impl Shared {
    /// Shares an open database.
    pub fn new(folder: PathBuf, db: SledDb) -> Self {
        let state = State {
            db: Some(Arc::new(db)),
            moving: Arc::default(),
            recent: Entries::new(),
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
        self.read().view()?.last_of_log(log)
    }
}

impl State {
    /// Shows what a group has changed, and leaves what stood there before for a copy.
    pub fn show(&mut self, changes: Entries, before: &Entries) {
        if let Some(pinned) = &mut self.pinned {
            for (key, value) in before {
                pinned.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        self.recent.extend(changes);
    }

    /// Returns up to `wanted` entries of the tree, chunks included, as they stood when a copy began.
    pub fn pinned_stretch(
        &self,
        from: &[u8],
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        let mut view = self.view()?;
        view.layers[0] = self.pinned.as_ref();
        view.heads(from, &[u8::MAX], false, wanted)
    }

    /// Looks at the durable state.
    pub fn view(&self) -> Result<View<'_>, StoreError> {
        match &self.db {
            Some(db) => Ok(View {
                tree: &db.tree,
                layers: [None, Some(&self.recent), Some(&self.moving)],
            }),
            None => Err(StoreError::unavailable("the store is being opened again")),
        }
    }
}

/// The durable state at one moment.
pub struct View<'a> {
    tree: &'a Db,
    /// What goes before the tree; the first that knows a key is right.
    layers: [Option<&'a Entries>; 3],
}

impl<'a> View<'a> {
    /// Looks at a tree that has everything.
    pub fn of(tree: &'a Db) -> Self {
        let layers = [None; 3];
        Self { tree, layers }
    }

    /// Returns what stands under a key of the tree.
    pub fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.layers().find_map(|layer| layer.get(key)) {
            Some(value) => Ok(value.clone()),
            None => guarded(|| self.tree.get(key)),
        }
    }

    /// Returns every key within `range` that stands in the tree, or stood there not long ago.
    pub fn keys(&self, range: RangeInclusive<Vec<u8>>) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut keys: Vec<Vec<u8>> = guarded(|| {
            let stored = self.tree.range(range.clone()).keys();
            stored.map(|key| key.map(|key| key.to_vec())).collect()
        })?;
        for layer in self.layers() {
            keys.extend(layer.range(range.clone()).map(|(key, _)| key.clone()));
        }
        Ok(keys)
    }

    /// Returns the last of these keys.
    pub fn last_key(&self, range: RangeInclusive<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = guarded(|| {
            let mut keys = self.tree.range(range.clone()).keys();
            keys.next_back().transpose()
        })?;
        let stored = stored.map(|key| key.to_vec());
        let newer = self.layers().filter_map(|layer| {
            let (key, _) = layer.range(range.clone()).next_back()?;
            Some(key.clone())
        });
        Ok(stored.into_iter().chain(newer).max())
    }

    fn layers(&self) -> impl Iterator<Item = &'a Entries> + use<'a> {
        self.layers.into_iter().flatten()
    }

    /// Returns the first key from `from` on.
    pub fn next_key(&self, from: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let next = self.heads(from, &[u8::MAX], false, 1)?;
        Ok(next.into_iter().next().map(|(key, _)| key))
    }

    /// Returns the last number that `log` has given; none is given twice.
    pub fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        match self.last_key(layout::entries(log))? {
            Some(entry) => layout::number_of(&entry),
            None => layout::head(log, self.value(&layout::head_key(log))?.as_deref()),
        }
    }

    /// Returns the value of a record of the tree.
    pub fn value(&self, record: &[u8]) -> Result<Option<Bytes>, StoreError> {
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
        for (place, layer) in self.layers().enumerate() {
            let right = |(key, value): (&Vec<u8>, &Option<IVec>)| {
                let value = value.clone()?;
                let newer = self
                    .layers()
                    .take(place)
                    .any(|other| other.contains_key(key));
                (!newer).then(|| (key.clone(), value))
            };
            let range = layer.range(from.to_vec()..to.to_vec());
            if reverse {
                heads.extend(range.rev().filter_map(right).take(wanted));
            } else {
                heads.extend(range.filter_map(right).take(wanted));
            }
        }
        heads.sort_by(|(one, _), (other, _)| one.cmp(other));
        if reverse {
            heads.reverse();
        }
        heads.truncate(wanted);
        Ok(heads)
    }

    /// Returns up to `wanted` heads of the tree that no layer knows better.
    fn stored(
        &self,
        from: &[u8],
        to: &[u8],
        reverse: bool,
        wanted: usize,
    ) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        let known = |key: &[u8]| self.layers().any(|layer| layer.contains_key(key));
        let right = |item: &sled::Result<(IVec, IVec)>| !matches!(item, Ok((key, _)) if known(key));
        let owned = |item: sled::Result<(IVec, IVec)>| item.map(|(key, head)| (key.to_vec(), head));
        guarded(|| {
            let range = self.tree.range(from..to);
            if reverse {
                let range = range.rev();
                range.filter(right).take(wanted).map(owned).collect()
            } else {
                range.filter(right).take(wanted).map(owned).collect()
            }
        })
    }
}
