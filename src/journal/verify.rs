//! Proving that the journal is what was written (21 CFR 11.10(a)).

use serde::{Deserialize, Serialize};

use super::{Broken, JournalError};
use crate::base::Hash;
use crate::store::Store;

/// What stood at a number of the journal, kept somewhere else: it shows a cut tail or a rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of an entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A journal that is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Entries read.
    pub entries: u64,
    /// The last of them; zeros when there is none.
    pub head: Checkpoint,
}

/// Recomputes every hash; says where the journal is first broken, if anywhere.
pub async fn verify(
    _store: &Store,
    _against: Option<Checkpoint>,
) -> Result<Result<Report, Broken>, JournalError> {
    todo!()
}
