//! `lectern verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use lectern_audit::{self as audit, KeptCheckpoint};
use lectern_journal::SignedCheckpoint;
use lectern_store::Progress;

use super::{CliError, DataArgs};

/// Time between two lines of progress.
const SHOWN_EVERY: Duration = Duration::from_secs(5);

/// The arguments of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    data: DataArgs,
    /// A checkpoint that was kept off this machine: shows a journal that was cut or written anew.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The key that must have signed the checkpoint, as `lectern checkpoint --public-key` printed
    /// it.
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    public_key: Option<String>,
}

impl Verify {
    /// Verifies every record, blob and journal entry of a data directory that no server has locked.
    pub(super) async fn run(self) -> Result<ExitCode, CliError> {
        let kept = match &self.checkpoint {
            Some(file) => Some(KeptCheckpoint {
                checkpoint: read(file)?,
                public_key: self.public_key,
            }),
            None => None,
        };
        match check(&self.data.settings(json!({}))?.data, kept.as_ref()).await? {
            true => Ok(ExitCode::SUCCESS),
            false => Ok(ExitCode::FAILURE),
        }
    }
}

fn read(file: &Path) -> Result<SignedCheckpoint, CliError> {
    let bytes =
        std::fs::read(file).map_err(|cause| CliError::io(file.display().to_string(), cause))?;
    serde_json::from_slice(&bytes).map_err(|cause| {
        let file = file.display();
        CliError::Message(format!("{file} is no checkpoint: {cause}"))
    })
}

/// Prints how far a check has come, every few seconds.
fn to_stderr() -> Progress {
    let last = Mutex::new(Instant::now());
    Progress::to(move |items, checked| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= SHOWN_EVERY {
            *last = Instant::now();
            eprintln!("{checked} {items} checked");
        }
    })
}

/// Verifies the data in `folder` and prints the result; returns whether everything is intact.
pub(super) async fn check(folder: &Path, kept: Option<&KeptCheckpoint>) -> Result<bool, CliError> {
    super::expect_data(folder)?;
    let found = audit::verify_with_progress(folder, kept, &to_stderr()).await?;
    let whole = found.findings.is_empty();
    for finding in &found.findings {
        println!("{finding}");
    }
    if let Some(kept) = kept {
        let seq = kept.checkpoint.seq;
        let whose = match kept.public_key {
            Some(_) => "of the given key",
            None => "of the key that it names itself; give --public-key to know whose it is",
        };
        println!(
            "the journal is the one that was signed up to entry {seq}; the signature is {whose}"
        );
    }
    println!(
        "{} records, {} edits, {} texts and attachments, {} journal entries: {}",
        found.records,
        found.edits,
        found.files,
        found.entries,
        match whole {
            true => "all as written",
            false => "as written, but for what stands above",
        }
    );
    println!("{}", found.head);
    Ok(whole)
}
