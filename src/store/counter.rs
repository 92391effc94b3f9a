//! Counters that many batches change at once.

use std::marker::PhantomData;

use bytes::Bytes;

use super::{Batch, Key, Store, StoreError, Table};

/// A named table of counters by key `K`.
///
/// A batch adds to a counter without reading it, so that batches that count the same things never
/// conflict. A counter at 0 has no record.
pub struct Counter<K> {
    name: &'static str,
    keys: PhantomData<fn() -> K>,
}

impl<K: Key> Counter<K> {
    /// Declares a table of counters; the name consists of letters, digits and `_`.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: PhantomData,
        }
    }

    /// Adds `change` to the counter of `key`, which stays at 0 rather than fall below.
    pub fn add(&self, batch: &mut Batch, key: &K, change: i64) {
        batch.count(self.name, &key.encode(), change);
    }

    /// Returns the counter of `key`.
    pub async fn get(&self, store: &Store, key: &K) -> Result<u64, StoreError> {
        Ok(self.table().get(store, key).await?.unwrap_or(0))
    }

    /// Returns the counters whose tuple keys start with the elements `prefix`.
    pub async fn scan_under(
        &self,
        store: &Store,
        prefix: &impl Key,
    ) -> Result<Vec<(K, u64)>, StoreError> {
        self.table().scan_under(store, prefix).await
    }

    const fn table(&self) -> Table<K, u64> {
        Table::new(self.name)
    }
}

/// Returns the stored counter after a change, or `None` at 0.
pub(super) fn changed(
    table: &'static str,
    key: &[u8],
    stored: Option<&[u8]>,
    change: i64,
) -> Result<Option<Bytes>, StoreError> {
    let count = match stored {
        Some(raw) => Table::<(), u64>::new(table).open(key, raw)?,
        None => 0,
    };
    let count = count.saturating_add_signed(change);
    Ok((count > 0).then(|| super::table::encode(&count)))
}
