//! Verification of a data directory.

use std::path::Path;
use std::sync::Arc;

use super::records::CheckReport;
use super::{OpenOptions, engine};
use crate::{Engine, Progress, Store, StoreError};

/// Reads every record, log entry and blob of a data directory that no process has locked.
///
/// # Errors
/// [`StoreError::Damaged`] names the first damaged record or log entry. Damaged blobs are no error:
/// the report lists them all.
pub fn check(dir: &Path) -> Result<CheckReport, StoreError> {
    Ok(open_checked(dir, &Progress::default())?.1)
}

/// Like [`check`]; also returns the open store.
///
/// # Errors
/// As [`check`].
pub fn open_checked(dir: &Path, progress: &Progress) -> Result<(Store, CheckReport), StoreError> {
    let options = OpenOptions {
        progress: progress.clone(),
        ..OpenOptions::default()
    };
    let (engine, mut checked) = engine::SledEngine::open_checked(dir, options)?;
    for hash in engine.blobs().list_now()? {
        match engine.blobs().get_now(hash) {
            Err(StoreError::Damaged { .. }) => checked.damaged.push(hash),
            read => {
                read?;
                checked.blobs += 1;
                progress.report("files", checked.blobs);
            }
        }
    }
    Ok((Arc::new(engine), checked))
}
