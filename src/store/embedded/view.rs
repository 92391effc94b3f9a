//! What readers see: the tree, overlaid with what is committed but not yet applied to it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use bytes::Bytes;
use sled::{Db, IVec};

use super::layout;
use super::sled_db::catch_panic;
use crate::{LogId, StoreError};

/// The value under each key, or `None` if it is deleted or missing.
pub type Entries = BTreeMap<Vec<u8>, Option<IVec>>;

/// A view of the committed state.
pub struct View<'a> {
    tree: &'a Db,
    /// Entries that take precedence over the tree; the first layer with a key wins.
    layers: [Option<&'a Entries>; 3],
}

impl<'a> View<'a> {
    /// Views a tree without layers.
    pub fn of(tree: &'a Db) -> Self {
        let layers = [None; 3];
        Self { tree, layers }
    }

    /// Views a tree overlaid with `layers`; earlier layers take precedence.
    pub fn with_layers(tree: &'a Db, layers: [Option<&'a Entries>; 3]) -> Self {
        Self { tree, layers }
    }

    /// Sets the layer that takes precedence over all others.
    pub fn with_first(mut self, layer: Option<&'a Entries>) -> Self {
        self.layers[0] = layer;
        self
    }

    /// Returns the value of a tree key.
    pub fn raw(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.layers().find_map(|layer| layer.get(key)) {
            Some(value) => Ok(value.clone()),
            None => catch_panic(|| self.tree.get(key)),
        }
    }

    /// Returns every key in `range` of the tree or a layer, also those that a layer deletes.
    pub fn keys(&self, range: RangeInclusive<Vec<u8>>) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut keys: Vec<Vec<u8>> = catch_panic(|| {
            let stored = self.tree.range(range.clone()).keys();
            stored.map(|key| key.map(|key| key.to_vec())).collect()
        })?;
        for layer in self.layers() {
            keys.extend(layer.range(range.clone()).map(|(key, _)| key.clone()));
        }
        Ok(keys)
    }

    /// Returns the last key in `range` of the tree or a layer.
    pub fn last_key(&self, range: RangeInclusive<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = catch_panic(|| {
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

    /// Returns the first key at or after `from`.
    pub fn next_key(&self, from: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let next = self.heads(from, &[u8::MAX], false, 1)?;
        Ok(next.into_iter().next().map(|(key, _)| key))
    }

    /// Returns the last number assigned in `log`; numbers are never reused.
    pub fn last_of_log(&self, log: &LogId) -> Result<u64, StoreError> {
        match self.last_key(layout::entries(log))? {
            Some(entry) => layout::number_of(&entry),
            None => layout::head(log, self.value(&layout::head_key(log))?.as_deref()),
        }
    }

    /// Returns the value of a record, with its chunks joined.
    pub fn value(&self, record: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.raw(record)?
            .map(|head| layout::join(record, &head, |key| self.raw(key)))
            .transpose()
    }

    /// Returns up to `wanted` records between `from` and `to`, starting at either end.
    pub fn stretch(
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

    /// Returns up to `wanted` entries between `from` and `to`, starting at either end, without
    /// joining chunks.
    pub fn heads(
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

    /// Returns up to `wanted` entries of the tree that no layer overrides.
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
        catch_panic(|| {
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
