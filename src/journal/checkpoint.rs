//! A position in the chain.

use serde::{Deserialize, Serialize};

use lectern_base::Hash;

/// The number and hash of an entry. A checkpoint kept elsewhere reveals a truncated or rewritten
/// journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of an entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}
