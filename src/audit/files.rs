//! Which files are there, and which of them are whole.

use std::collections::BTreeSet;

use lectern_base::Hash;
use lectern_store::Store;

use crate::AuditError;

/// The files of a data directory, each of which was read once.
pub(crate) struct CheckedFiles {
    present: BTreeSet<Hash>,
    damaged: BTreeSet<Hash>,
}

impl CheckedFiles {
    /// Lists the files of `store`, of which those in `damaged` are not what was written.
    pub(crate) async fn of(store: &Store, damaged: &[Hash]) -> Result<Self, AuditError> {
        Ok(Self {
            present: store.blobs().list().await?.into_iter().collect(),
            damaged: damaged.iter().copied().collect(),
        })
    }

    /// Returns what is wrong with a file that something needs.
    pub(crate) fn fault(&self, file: Hash) -> Option<&'static str> {
        match () {
            () if self.damaged.contains(&file) => Some("was changed"),
            () if !self.present.contains(&file) => Some("is missing"),
            () => None,
        }
    }

    /// Returns the files that are not what was written.
    pub(crate) fn damaged(&self) -> impl Iterator<Item = Hash> {
        self.damaged.iter().copied()
    }
}
