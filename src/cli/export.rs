//! `lectern export`, while serving or on a stopped data directory.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use lectern_app::{self as app, AppError};
use lectern_base::{ArticleId, ModuleId};
use lectern_exchange::ExportScope;
use lectern_store::StoreError;

use super::control::{self, ControlReply, ControlRequest};
use super::{CliError, DataArgs};

/// The arguments of `export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    what: What,
    /// The ZIP to make.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Why, for the audit trail.
    #[arg(long, value_name = "WORDS")]
    reason: Option<String>,
}

/// What shall be in it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// The id of an article.
    #[arg(long, value_name = "ID")]
    article: Option<ArticleId>,
    /// The id of a module.
    #[arg(long, value_name = "ID")]
    module: Option<ModuleId>,
    /// Every module.
    #[arg(long)]
    all: bool,
}

impl What {
    fn asked(&self) -> ExportScope {
        match (self.article, self.module) {
            (Some(article), _) => ExportScope::Article(article),
            (None, Some(module)) => ExportScope::Module(module),
            (None, None) => ExportScope::All,
        }
    }
}

impl Export {
    /// Creates the package; asks the server to do so if one is running.
    pub async fn run(self) -> Result<ExitCode, CliError> {
        let config = self.data.settings(json!({}))?;
        super::expect_data(&config.data)?;
        let to = std::path::absolute(&self.out)
            .map_err(|cause| CliError::io(self.out.display().to_string(), cause))?;
        let (data, asked) = (config.data.clone(), self.what.asked());
        let manifest = match app::export(config, asked, self.reason.clone(), &to).await {
            Err(AppError::Store(StoreError::Held { .. })) => {
                ask_server(&data, asked, self.reason, &to).await?
            }
            made => made?.to_string(),
        };
        println!("{}", self.out.display());
        println!("{manifest}");
        Ok(ExitCode::SUCCESS)
    }
}

async fn ask_server(
    data: &Path,
    asked: ExportScope,
    reason: Option<String>,
    to: &Path,
) -> Result<String, CliError> {
    let to = to.to_owned();
    let request = ControlRequest::Export { asked, reason, to };
    match control::ask(data, &request).await? {
        ControlReply::Exported(manifest) => Ok(manifest.to_string()),
        ControlReply::Failed(why) => Err(CliError::Message(why)),
        _ => Err(CliError::Message("the server made no pack".to_owned())),
    }
}
