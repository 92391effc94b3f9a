//! Typed tables. Records are stored as JSON, because data outlives code.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use lectern_base::{Page, Seek};

use super::{Batch, Key, Range, Store, StoreError};

/// The version of the record envelope.
const VERSION: u32 = 1;

/// A named table of records `V` by key `K`, declared as a constant by the module that owns it.
pub struct Table<K, V> {
    name: &'static str,
    kinds: PhantomData<fn() -> (K, V)>,
}

/// A record with its stored bytes, which serve as its version in optimistic locking.
#[derive(Debug, Clone)]
pub struct Versioned<V> {
    /// The record.
    pub value: V,
    /// Its stored bytes.
    pub raw: Bytes,
}

/// The stored form of a record: `{"v":1,"r":…}`.
#[derive(Serialize, Deserialize)]
struct Envelope<R> {
    v: u32,
    r: R,
}

impl<K: Key, V: Serialize + DeserializeOwned> Table<K, V> {
    /// Declares a table; the name consists of letters, digits and `_`.
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

    /// Returns the record of `key`.
    pub async fn get(&self, store: &Store, key: &K) -> Result<Option<V>, StoreError> {
        Ok(self
            .get_versioned(store, key)
            .await?
            .map(|found| found.value))
    }

    /// Returns the record of `key` with its bytes, for [`Table::put_expecting`].
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

    /// Returns whether `key` has a record.
    pub async fn contains(&self, store: &Store, key: &K) -> Result<bool, StoreError> {
        Ok(store.get(self.name, &key.encode()).await?.is_some())
    }

    /// Returns every record in key order.
    pub async fn all(&self, store: &Store) -> Result<Vec<(K, V)>, StoreError> {
        self.scan(store, Range::all()).await
    }

    /// Returns the records whose tuple keys start with the elements `prefix`.
    pub async fn scan_under(
        &self,
        store: &Store,
        prefix: &impl Key,
    ) -> Result<Vec<(K, V)>, StoreError> {
        self.scan_prefix(store, &prefix.encode()).await
    }

    /// Returns the records whose encoded keys start with the bytes `prefix`.
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

    /// Returns one page of `range`. The cursor is the encoded key in hexadecimal.
    ///
    /// An invalid cursor yields the first page.
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

    /// Sets the record of `key`, replacing any other.
    pub fn put(&self, batch: &mut Batch, key: &K, value: &V) {
        batch.put(self.name, &key.encode(), encode(value));
    }

    /// Sets the record of `key` on condition that it still equals `found`.
    pub fn put_expecting(&self, batch: &mut Batch, key: &K, value: &V, found: &Versioned<V>) {
        let key = key.encode();
        batch.expect_equals(self.name, &key, found.raw.clone());
        batch.put(self.name, &key, encode(value));
    }

    /// Sets the record of `key` on condition that there is none.
    pub fn insert(&self, batch: &mut Batch, key: &K, value: &V) {
        let key = key.encode();
        batch.expect_absent(self.name, &key);
        batch.put(self.name, &key, encode(value));
    }

    /// Deletes the record of `key` if there is one.
    pub fn delete(&self, batch: &mut Batch, key: &K) {
        batch.delete(self.name, &key.encode());
    }

    /// Deletes the record of `key` on condition that it still equals `found`.
    pub fn delete_expecting(&self, batch: &mut Batch, key: &K, found: &Versioned<V>) {
        let key = key.encode();
        batch.expect_equals(self.name, &key, found.raw.clone());
        batch.delete(self.name, &key);
    }

    /// Makes the commit fail unless the record of `key` still equals `found`.
    pub fn expect(&self, batch: &mut Batch, key: &K, found: &Versioned<V>) {
        batch.expect_equals(self.name, &key.encode(), found.raw.clone());
    }

    fn read_key(&self, key: &[u8]) -> Result<K, StoreError> {
        K::decode(key).ok_or_else(|| self.damaged(key, "its key cannot be read"))
    }

    /// Decodes the record of `key` from bytes returned by [`Engine::scan`](super::Engine::scan).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the bytes are not such a record.
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

/// Describes a record for an error message: its table and its key, in hexadecimal unless text.
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

pub(super) fn encode(value: &impl Serialize) -> Bytes {
    let envelope = Envelope {
        v: VERSION,
        r: value,
    };
    serde_json::to_vec(&envelope)
        .expect("records have string keys and finite numbers")
        .into()
}
