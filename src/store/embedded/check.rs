//! Verification of a data directory.

use std::path::Path;

use super::records::{self, CheckReport};
use super::{Faults, engine};
use crate::{Engine, StoreError};

/// Reads every record, log entry and blob of a data directory that no process has locked.
///
/// # Errors
/// [`StoreError::Damaged`] names the first damaged record or log entry. Damaged blobs are no error:
/// the report lists them all.
pub fn check(dir: &Path) -> Result<CheckReport, StoreError> {
    let engine = engine::SledEngine::open(dir, Faults::default())?;
    let mut checked = records::check(&engine.shared)?;
    for hash in engine.blobs().list_now()? {
        match engine.blobs().get_now(hash) {
            Err(StoreError::Damaged { .. }) => checked.damaged.push(hash),
            read => {
                read?;
                checked.blobs += 1;
            }
        }
    }
    Ok(checked)
}
