//! `lectern import`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use lectern_app as app;
use lectern_base::SystemClock;

use super::{CliError, DataArgs};

/// The arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    data: DataArgs,
    /// The pack.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    /// Imports the package and prints a summary.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let config = self.data.settings(json!({}))?;
        let folder = config.data.display().to_string();
        let done = app::import(config, &self.file, Arc::new(SystemClock)).await?;
        println!(
            "{folder}: {} articles with {} versions taken in and verified; their people cannot sign in here",
            done.articles, done.versions
        );
        println!("{}", done.manifest);
        Ok(ExitCode::SUCCESS)
    }
}
