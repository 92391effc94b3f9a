//! The engine inside the process: sled 0.34, one tree, one writing thread.

mod check;
mod database;
mod fault;
mod layout;
mod overlay;
#[cfg(test)]
mod tests;
mod upgrade;
mod writer;

use std::path::Path;
use std::sync::Arc;

use super::{Store, StoreError};

pub use check::Checked;
pub use database::SledEngine;
pub use fault::{FaultPoint, Faults};

/// Opens the data directory, making it when it is missing.
///
/// # Errors
/// [`StoreError::Held`] when another process works on it, [`StoreError::Damaged`] when a record
/// cannot be read; nothing is overwritten then.
pub fn open(dir: &Path) -> Result<Store, StoreError> {
    open_with(dir, Faults::default())
}

/// Opens the data directory with failures made on purpose.
pub fn open_with(dir: &Path, faults: Faults) -> Result<Store, StoreError> {
    Ok(Arc::new(SledEngine::open(dir, faults)?))
}

/// Reads everything in the data directory and names the first thing that is damaged.
pub fn check(dir: &Path) -> Result<Checked, StoreError> {
    SledEngine::open(dir, Faults::default())?.check()
}
