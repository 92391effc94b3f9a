//! `lectern reindex`.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use lectern_app as app;
use lectern_base::SystemClock;

use super::{CliError, DataArgs};

/// Rebuilds the search index, the inboxes and the indexes of the journal.
pub(super) async fn run(data: &DataArgs) -> Result<ExitCode, CliError> {
    let entries = app::reindex(data.settings(json!({}))?, Arc::new(SystemClock)).await?;
    println!("The search index and the inboxes follow {entries} journal entries.");
    Ok(ExitCode::SUCCESS)
}
