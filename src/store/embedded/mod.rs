//! The engine inside the process, on sled.

mod fault;

use std::path::Path;

use super::{Store, StoreError};

pub use fault::{FaultPoint, Faults};

/// Opens the data directory, making it when it is missing.
pub fn open(dir: &Path) -> Result<Store, StoreError> {
    open_with(dir, Faults::default())
}

/// Opens the data directory with failures made on purpose.
pub fn open_with(_dir: &Path, _faults: Faults) -> Result<Store, StoreError> {
    todo!()
}

/// What a check found in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Records read.
    pub records: u64,
    /// Entries of edit logs read.
    pub log_entries: u64,
    /// Blobs whose hash is right.
    pub blobs: u64,
}

/// Reads everything in the data directory and names the first thing that is damaged.
pub fn check(_dir: &Path) -> Result<Checked, StoreError> {
    todo!()
}
