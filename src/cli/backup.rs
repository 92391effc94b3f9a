//! `lectern backup`, while serving or on a stopped data directory, and `lectern restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use lectern_app as app;
use lectern_audit::AuditError;
use lectern_store::StoreError;

use super::control::{self, ControlReply, ControlRequest};
use super::{CliError, DataArgs, verify};

/// The arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// The folder to make; it is missing or empty.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// The arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    data: DataArgs,
    /// The backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

impl Backup {
    /// Copies a data directory and verifies the copy; asks the server to copy it if one is running.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let data = self.data.settings(json!({}))?.data;
        match copy_verified(&data, &self.to).await {
            Err(CliError::Audit(AuditError::Store(StoreError::Held { .. }))) => {
                ask_server(&data, &self.to).await
            }
            copied => copied,
        }
    }
}

impl Restore {
    /// Verifies a backup, copies it into a new data directory, and verifies that.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let data = self.data.settings(json!({}))?.data;
        copy_verified(&self.from, &data).await
    }
}

/// Asks the running server to copy its data directory.
async fn ask_server(data: &Path, to: &Path) -> Result<ExitCode, CliError> {
    let absolute =
        std::path::absolute(to).map_err(|cause| CliError::io(to.display().to_string(), cause))?;
    match control::ask(data, &ControlRequest::Backup { to: absolute }).await? {
        ControlReply::Failed(why) => Err(CliError::Message(why)),
        _ => finish(to).await,
    }
}

async fn copy_verified(from: &Path, to: &Path) -> Result<ExitCode, CliError> {
    // Also fails if a server has locked the directory.
    verify::check(from, None).await?;
    app::copy_files(from, to)?;
    finish(to).await
}

/// Verifies the copy and prints its path.
async fn finish(to: &Path) -> Result<ExitCode, CliError> {
    verify::check(to, None).await?;
    println!("{}", to.display());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use lectern_store::{self as store, Batch};

    #[tokio::test]
    async fn a_corrupted_backup_is_not_restored() {
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
