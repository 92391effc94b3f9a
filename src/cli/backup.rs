//! `lectern backup` and `lectern restore`, on a stopped data directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CliError, DataArgs, verify};

/// What a data directory holds that cannot be made anew; the search index can. The seal and the
/// witness show whether the copy is still what was copied when it is restored.
const KEPT: [&str; 5] = ["store", "seal", "witness", "blobs", "templates"];

/// What `backup` is told.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// The folder to make; it is missing or empty.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// What `restore` is told.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    data: DataArgs,
    /// The backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

impl Backup {
    /// Copies a data directory that no server holds, and verifies both.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let data = self.data.settings(json!({}))?.data;
        copy_verified(&data, &self.to).await
    }
}

impl Restore {
    /// Makes a data directory from a backup, and verifies both.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let data = self.data.settings(json!({}))?.data;
        copy_verified(&self.from, &data).await
    }
}

async fn copy_verified(from: &Path, to: &Path) -> Result<ExitCode, CliError> {
    // Also finds out whether a server holds the directory.
    verify::check(from).await?;
    copy_all(from, to)?;
    verify::check(to).await?;
    println!("{}", to.display());
    Ok(ExitCode::SUCCESS)
}

fn copy_all(from: &Path, to: &Path) -> Result<(), CliError> {
    let failed = |cause| CliError::io(format!("cannot write {}", to.display()), cause);
    if to.exists() && fs::read_dir(to).map_err(failed)?.next().is_some() {
        let said = format!("{} is not empty; nothing was overwritten", to.display());
        return Err(CliError::Said(said));
    }
    fs::create_dir_all(to).map_err(failed)?;
    for name in KEPT {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            copy(&from, &to).map_err(failed)?;
        } else if from.is_file() {
            copy_file(&from, &to).map_err(failed)?;
        }
    }
    Ok(())
}

/// Copies a folder with everything in it; what was copied is on disk on return.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    fs::File::open(to)?.sync_all()
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    fs::File::open(to)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{self, Batch};

    #[tokio::test]
    async fn a_backup_that_rotted_is_not_restored() {
        let base = tempfile::tempdir().unwrap();
        let [data, kept, again] = ["data", "kept", "again"].map(|name| base.path().join(name));
        let store = store::open(&data).unwrap();
        let mut batch = Batch::new();
        batch.put("notes", b"a", "1");
        store.commit(batch).await.unwrap();
        drop(store);
        copy_verified(&data, &kept).await.unwrap();
        copy_verified(&kept, &again).await.unwrap();
        let file = kept.join("store/db");
        let mut bytes = fs::read(&file).unwrap();
        let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        bytes[last] ^= 1;
        fs::write(&file, bytes).unwrap();
        let third = base.path().join("third");
        assert!(copy_verified(&kept, &third).await.is_err());
        assert!(!third.exists());
    }
}
