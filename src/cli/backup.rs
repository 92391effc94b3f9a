//! `lectern backup` and `lectern restore`, on a stopped data directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{CliError, DataArgs, verify};

/// What a data directory holds that cannot be made anew; the search index can.
const KEPT: [&str; 3] = ["store", "blobs", "templates"];

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
    for name in KEPT {
        if from.join(name).is_dir() {
            copy(&from.join(name), &to.join(name)).map_err(failed)?;
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
            fs::copy(entry.path(), &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    fs::File::open(to)?.sync_all()
}
