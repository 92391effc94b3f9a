//! `lectern checkpoint`, while serving or on a stopped data directory.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use lectern_audit::{self as audit, AuditError};
use lectern_journal::SignedCheckpoint;
use lectern_store::StoreError;

use super::control::{self, ControlReply, ControlRequest};
use super::{CliError, DataArgs};

/// The arguments of `checkpoint`.
#[derive(Debug, Args)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    data: DataArgs,
    /// The file to make; printed when left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prints the public key instead, to be noted where nobody can change it.
    #[arg(long, conflicts_with = "out")]
    public_key: bool,
}

impl Checkpoint {
    /// Signs the end of the journal; asks the server to do so if one is running.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let data = self.data.settings(json!({}))?.data;
        super::expect_data(&data)?;
        let made = match audit::checkpoint(&data).await {
            Err(AuditError::Store(StoreError::Held { .. })) => ask_server(&data).await?,
            made => made?,
        };
        match self.out {
            Some(file) => {
                write(&file, &made)?;
                println!("{}", file.display());
            }
            None if self.public_key => println!("{}", made.public_key),
            None => println!("{}", json!(made)),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a new file; never overwrites one, which could be evidence.
fn write(file: &Path, made: &SignedCheckpoint) -> Result<(), CliError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(file)
        .and_then(|mut file| {
            file.write_all(format!("{:#}\n", json!(made)).as_bytes())?;
            file.sync_all()
        });
    written.map_err(|cause| CliError::io(file.display().to_string(), cause))
}

async fn ask_server(data: &Path) -> Result<SignedCheckpoint, CliError> {
    match control::ask(data, &ControlRequest::Checkpoint).await? {
        ControlReply::Signed(made) => Ok(made),
        ControlReply::Failed(why) => Err(CliError::Message(why)),
        _ => Err(CliError::Message(
            "the server gave no checkpoint".to_owned(),
        )),
    }
}
