//! A running checksum over the tree, which shows at startup that nothing is missing.
//!
//! When a byte of its file is corrupted, sled can silently lose a part of it. Every commit
//! therefore stores the number of commits, the number of entries, and the sum of the entries'
//! hashes; they are recomputed at startup.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sled::IVec;

use super::layout;
use super::sled_db::{SledDb, catch_panic};
use super::view::Entries;
use crate::StoreError;

/// What the tree must contain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreChecksum {
    /// Number of committed groups.
    pub commits: u64,
    /// Number of tree entries, including chunks but not this checksum.
    entries: u64,
    /// The wrapping sum of the entries' hashes.
    sum: u64,
}

impl StoreChecksum {
    /// Reads the checksum stored by the last commit; zeros if the tree is empty.
    pub fn stored(db: &SledDb) -> Result<Self, StoreError> {
        match catch_panic(|| db.tree.get(key()))? {
            Some(head) => Self::decode(&head),
            None => Ok(Self::default()),
        }
    }

    /// Decodes the tree entry of a checksum.
    pub fn decode(head: &[u8]) -> Result<Self, StoreError> {
        let value = layout::join(&key(), head, |_| Ok(None))?;
        serde_json::from_slice(&value).map_err(|error| layout::damaged(&key(), error))
    }

    /// Returns the number of tree entries.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Returns the tree entry of this checksum.
    pub fn record(&self) -> (Vec<u8>, IVec) {
        let value = serde_json::to_vec(self).expect("a checksum is three numbers");
        let pieces = layout::cut(&key(), &value);
        pieces.into_iter().next().expect("a checksum is small")
    }

    /// Updates the checksum for a commit that changes the entries from `before` to `after`.
    pub fn commit(&mut self, before: &Entries, after: &Entries) {
        self.commits += 1;
        for (key, value) in before {
            if let Some(value) = value {
                self.entries -= 1;
                self.sum = self.sum.wrapping_sub(hash(key, value));
            }
        }
        for (key, value) in after {
            if let Some(value) = value {
                self.add(key, value);
            }
        }
    }

    /// Recomputes the checksum of the tree and compares.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if an entry is missing, unexpected or changed.
    pub fn recount(&self, db: &SledDb) -> Result<(), StoreError> {
        let mut found = Self::default();
        catch_panic(|| {
            for item in db.tree.iter() {
                let (key, value) = item?;
                if key != self::key() {
                    found.add(&key, &value);
                }
            }
            Ok(())
        })?;
        found.compare(self)
    }

    /// Compares the entries that were found with those that were saved.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if an entry is missing, unexpected or changed.
    pub fn compare(&self, saved: &Self) -> Result<(), StoreError> {
        let reason = match () {
            () if (self.entries, self.sum) == (saved.entries, saved.sum) => return Ok(()),
            () if self.entries == saved.entries => "a record is not what was saved".to_owned(),
            () => format!(
                "{} records were saved, {} can be read",
                saved.entries, self.entries
            ),
        };
        Err(StoreError::damaged("file store/db", reason))
    }

    /// Adds an entry that was found.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash(key, value));
    }
}

/// Returns the tree key of the checksum.
pub fn key() -> Vec<u8> {
    layout::record_key(layout::META, b"tally")
}

fn hash(key: &[u8], value: &[u8]) -> u64 {
    let digest = Sha256::new()
        .chain_update(key.len().to_be_bytes())
        .chain_update(key)
        .chain_update(value)
        .finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
