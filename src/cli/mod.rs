//! The command line: starts the server, and does administrative work.
//!
//! Most commands other than `serve` need a data directory that no server has locked. `backup`,
//! `checkpoint` and `export` ask the running server instead. The last line of output is meant for
//! programs.

mod backup;
mod checkpoint;
mod control;
mod export;
mod import;
mod openapi;
mod person;
mod reindex;
mod serve;
mod token;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

use lectern_app::AppError;
use lectern_audit::AuditError;
use lectern_config::{self as config, Config, ConfigError};

/// The wiki where training is written together and nothing is published until it is signed off.
#[derive(Debug, Parser)]
#[command(name = "lectern", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the server.
    Serve(serve::Serve),
    /// Adds people.
    Person(person::PersonCommand),
    /// Makes tokens for programs.
    Token(token::TokenCommand),
    /// Checks that everything is as it was written; names the first record that is not.
    Verify(verify::Verify),
    /// Signs where the journal ends, to be kept off this machine.
    Checkpoint(checkpoint::Checkpoint),
    /// Builds the search index and the inboxes anew from the journal.
    Reindex(DataArgs),
    /// Copies the data directory, while a server works on it or not, and verifies the copy.
    Backup(backup::Backup),
    /// Makes a data directory from a backup, and verifies it.
    Restore(backup::Restore),
    /// Makes an inspector's pack: everything on record of an article or a module in one ZIP.
    Export(export::Export),
    /// Takes an inspector's pack into a new data directory, and verifies it.
    Import(import::Import),
    /// Prints the description of the JSON interface (OpenAPI 3.1).
    Openapi,
}

/// Where settings and data are.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings file.
    #[arg(long, value_name = "FILE", env = "LECTERN_CONFIG")]
    config: Option<PathBuf>,
}

impl DataArgs {
    /// Loads the settings, overridden by the command line.
    fn settings(&self, mut given: Value) -> Result<Config, ConfigError> {
        if let (Some(data), Value::Object(given)) = (&self.data, &mut given) {
            given.insert("data".to_owned(), json!(data));
        }
        config::load(self.config.as_deref(), given)
    }
}

/// Fails unless `folder` is a data directory, so that a mistyped path does not create one.
fn expect_data(folder: &Path) -> Result<(), CliError> {
    if folder.join("store").is_dir() {
        return Ok(());
    }
    let folder = folder.display();
    Err(CliError::Message(format!(
        "there is no data directory at {folder}"
    )))
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("{0}")]
    Message(String),
    #[error("{what}: {cause}")]
    Io { what: String, cause: std::io::Error },
}

impl CliError {
    fn io(what: impl Into<String>, cause: std::io::Error) -> Self {
        Self::Io {
            what: what.into(),
            cause,
        }
    }
}

/// Conversions from errors of crates that commands call directly.
macro_rules! from_crates {
    ($($error:ty),*) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::App(error.into())
            }
        }
    )*};
}

from_crates!(
    lectern_identity::IdentityError,
    lectern_store::StoreError,
    lectern_journal::JournalError
);

/// Runs the command named by the arguments; prints an error as one sentence on standard error.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // Whatever the program writes – data, back-ups, packs – is for the account that runs it.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli.command)),
        Err(cause) => Err(CliError::io("the program cannot start", cause)),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lectern: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Serve(serve) => serve.run().await,
        Command::Person(person) => person.run().await,
        Command::Token(token) => token.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Checkpoint(checkpoint) => checkpoint.run().await,
        Command::Reindex(data) => reindex::run(&data).await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Export(export) => export.run().await,
        Command::Import(import) => import.run().await,
        Command::Openapi => openapi::run(),
    }
}
