//! Tables of records: JSON under sorted keys, because records outlive code.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use lectern_base::{Page, Seek};

use super::{Batch, Key, Range, Store, StoreError};

/// The version of the envelope around a record.
const VERSION: u32 = 1;

/// A named table of records `V` under keys `K`; a constant of the room that owns it.
pub struct Table<K, V> {
    name: &'static str,
    kinds: PhantomData<fn() -> (K, V)>,
}

/// A record together with its bytes, which a batch can expect to find unchanged.
#[derive(Debug, Clone)]
pub struct Versioned<V> {
    /// The record.
    pub value: V,
    /// Its bytes as they stand in the store.
    pub raw: Bytes,
}

/// What stands in the store: `{"v":1,"r":…}`.
#[derive(Serialize, Deserialize)]
struct Envelope<R> {
    v: u32,
    r: R,
}

impl<K: Key, V: Serialize + DeserializeOwned> Table<K, V> {
    /// Names a table; letters, digits and `_`.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            kinds: PhantomData,
        }
    }

    /// Returns the name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the record under `key`.
    pub async fn get(&self, store: &Store, key: &K) -> Result<Option<V>, StoreError> {
        Ok(self
            .get_versioned(store, key)
            .await?
            .map(|found| found.value))
    }

    /// Returns the record under `key` with its bytes, for [`Table::put_expecting`].
    pub async fn get_versioned(
        &self,
        store: &Store,
        key: &K,
    ) -> Result<Option<Versioned<V>>, StoreError> {
        let key = key.encode();
        let Some(raw) = store.get(self.name, &key).await? else {
            return Ok(None);
        };
        let value = self.open(&key, &raw)?;
        Ok(Some(Versioned { value, raw }))
    }

    /// Tells whether there is a record under `key`.
    pub async fn contains(&self, store: &Store, key: &K) -> Result<bool, StoreError> {
        Ok(store.get(self.name, &key.encode()).await?.is_some())
    }

    /// Returns every record, in the order of their keys.
    pub async fn all(&self, store: &Store) -> Result<Vec<(K, V)>, StoreError> {
        self.scan(store, Range::all()).await
    }

    /// Returns the records whose keys begin with the whole parts `prefix`.
    pub async fn scan_under(
        &self,
        store: &Store,
        prefix: &impl Key,
    ) -> Result<Vec<(K, V)>, StoreError> {
        self.scan_prefix(store, &prefix.encode()).await
    }

    /// Returns the records whose keys begin with the bytes `prefix`.
    pub async fn scan_prefix(
        &self,
        store: &Store,
        prefix: &[u8],
    ) -> Result<Vec<(K, V)>, StoreError> {
        self.scan(store, Range::prefix(prefix)).await
    }

    /// Returns the records in `range`.
    pub async fn scan(&self, store: &Store, range: Range) -> Result<Vec<(K, V)>, StoreError> {
        let found = store.scan(self.name, range).await?;
        found
            .iter()
            .map(|(key, raw)| Ok((self.read_key(key)?, self.open(key, raw)?)))
            .collect()
    }

    /// Returns one page of `range`; a cursor is the key in hexadecimal digits.
    ///
    /// A cursor that this table did not give begins at the start.
    pub async fn page(
        &self,
        store: &Store,
        range: Range,
        seek: &Seek,
    ) -> Result<Page<(K, V)>, StoreError> {
        let after = seek
            .after
            .as_deref()
            .and_then(|text| hex::decode(text).ok());
        let range = match after {
            Some(key) if inside(&range, &key) => range.after(&key),
            _ => range,
        };
        let found = self.scan(store, range.limit(seek.limit() + 1)).await?;
        Ok(Page::of(found, seek.limit(), |(key, _)| {
            hex::encode(key.encode())
        }))
    }

    /// Puts `value` under `key`, over whatever stands there.
    pub fn put(&self, batch: &mut Batch, key: &K, value: &V) {
        batch.put(self.name, &key.encode(), seal(value));
    }

    /// Puts `value` under `key` if what was read there still stands.
    pub fn put_expecting(&self, batch: &mut Batch, key: &K, value: &V, found: &Versioned<V>) {
        let key = key.encode();
        batch.expect_equals(self.name, &key, found.raw.clone());
        batch.put(self.name, &key, seal(value));
    }

    /// Puts `value` under `key` if nothing stands there.
    pub fn insert(&self, batch: &mut Batch, key: &K, value: &V) {
        let key = key.encode();
        batch.expect_absent(self.name, &key);
        batch.put(self.name, &key, seal(value));
    }

    /// Removes what stands under `key`, if anything.
    pub fn delete(&self, batch: &mut Batch, key: &K) {
        batch.delete(self.name, &key.encode());
    }

    /// Removes what was read under `key` if it still stands.
    pub fn delete_expecting(&self, batch: &mut Batch, key: &K, found: &Versioned<V>) {
        let key = key.encode();
        batch.expect_equals(self.name, &key, found.raw.clone());
        batch.delete(self.name, &key);
    }

    /// Refuses the batch unless what was read under `key` still stands.
    pub fn expect(&self, batch: &mut Batch, key: &K, found: &Versioned<V>) {
        batch.expect_equals(self.name, &key.encode(), found.raw.clone());
    }

    fn read_key(&self, key: &[u8]) -> Result<K, StoreError> {
        K::decode(key).ok_or_else(|| self.damaged(key, "its key cannot be read"))
    }

    /// Reads the record under `key` from its bytes, as [`Engine::scan`](super::Engine::scan) gives
    /// them.
    pub fn open(&self, key: &[u8], raw: &[u8]) -> Result<V, StoreError> {
        let envelope: Envelope<V> =
            serde_json::from_slice(raw).map_err(|error| self.damaged(key, error))?;
        if envelope.v != VERSION {
            let reason = format!("its envelope has version {}", envelope.v);
            return Err(self.damaged(key, reason));
        }
        Ok(envelope.r)
    }

    fn damaged(&self, key: &[u8], reason: impl ToString) -> StoreError {
        StoreError::damaged(name_record(self.name, key), reason)
    }
}

/// Returns what a person can look for: the table and the key, readable where it is text.
pub(super) fn name_record(table: &str, key: &[u8]) -> String {
    let shown = match std::str::from_utf8(key) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => hex::encode(key),
    };
    format!("record {table}/{shown}")
}

fn inside(range: &Range, key: &[u8]) -> bool {
    *key >= *range.from && range.to.as_ref().is_none_or(|to| *key < **to)
}

fn seal(value: &impl Serialize) -> Bytes {
    let envelope = Envelope {
        v: VERSION,
        r: value,
    };
    serde_json::to_vec(&envelope)
        .expect("records have string keys and finite numbers")
        .into()
}
