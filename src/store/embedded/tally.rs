//! A running sum over everything in the tree, so that a start can tell that nothing is missing.
//!
//! sled can lose a stretch from the middle of its file without a word when a byte of it rots.
//! Every commit therefore writes down how many commits and entries there are, and the sum of a
//! hash of each entry; a start counts again.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sled::IVec;

use super::layout;
use super::sled_db::{SledDb, guarded};
use super::view::Entries;
use crate::StoreError;

/// What should be in the tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Groups that were committed.
    pub commits: u64,
    /// Entries of the tree, heads and chunks alike, but for the tally itself.
    entries: u64,
    /// The sum of a hash of each entry, without carry.
    sum: u64,
}

impl Tally {
    /// Reads what the last commit wrote down; zeros in an empty tree.
    pub fn stored(db: &SledDb) -> Result<Self, StoreError> {
        let Some(head) = guarded(|| db.tree.get(key()))? else {
            return Ok(Self::default());
        };
        let value = layout::join(&key(), &head, |_| Ok(None))?;
        serde_json::from_slice(&value).map_err(|error| layout::damaged(&key(), error))
    }

    /// Returns the key in the tree and the bytes of this tally.
    pub fn record(&self) -> (Vec<u8>, IVec) {
        let value = serde_json::to_vec(self).expect("a tally is three numbers");
        let pieces = layout::cut(&key(), &value);
        pieces.into_iter().next().expect("a tally is small")
    }

    /// Counts one more commit, which changes the entries from `before` to `after`.
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

    /// Counts the tree and compares.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when an entry is missing, is too many or is another.
    pub fn recount(&self, db: &SledDb) -> Result<(), StoreError> {
        let mut found = Self {
            commits: self.commits,
            ..Self::default()
        };
        guarded(|| {
            for item in db.tree.iter() {
                let (key, value) = item?;
                if key != self::key() {
                    found.add(&key, &value);
                }
            }
            Ok(())
        })?;
        let reason = match () {
            () if found == *self => return Ok(()),
            () if found.entries == self.entries => "a record is not what was saved".to_owned(),
            () => format!(
                "{} records were saved, {} can be read",
                self.entries, found.entries
            ),
        };
        Err(StoreError::damaged("file store/db", reason))
    }

    fn add(&mut self, key: &[u8], value: &[u8]) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash(key, value));
    }
}

/// The key of the tally in the tree.
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
