//! `lectern verify`.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::{CliError, DataArgs};
use crate::app;

/// Reads every record, blob and journal entry of a data directory that no server holds.
pub(super) async fn run(data: &DataArgs) -> Result<ExitCode, CliError> {
    match check(&data.settings(json!({}))?.data).await? {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Verifies the data in `folder` and says how much was found as written, and what was not; tells
/// whether everything was.
pub(super) async fn check(folder: &Path) -> Result<bool, CliError> {
    if !folder.join("store").is_dir() {
        return Err(CliError::Said(format!(
            "there is no data directory at {}",
            folder.display()
        )));
    }
    let found = app::verify(folder).await?;
    let whole = found.findings.is_empty();
    for finding in &found.findings {
        println!("{finding}");
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
