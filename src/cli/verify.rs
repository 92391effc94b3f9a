//! `lectern verify`.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::{CliError, DataArgs};
use crate::app;

/// Reads every record, blob and journal entry of a data directory that no server holds.
pub(super) async fn run(data: &DataArgs) -> Result<ExitCode, CliError> {
    check(&data.settings(json!({}))?.data).await?;
    Ok(ExitCode::SUCCESS)
}

/// Verifies the data in `folder` and says how much was found as written.
pub(super) async fn check(folder: &Path) -> Result<(), CliError> {
    if !folder.join("store").is_dir() {
        return Err(CliError::Said(format!(
            "there is no data directory at {}",
            folder.display()
        )));
    }
    let found = app::verify(folder).await?;
    println!(
        "{} records, {} edits, {} texts and attachments, {} journal entries: all as written",
        found.records, found.edits, found.files, found.entries
    );
    println!("{}", found.head);
    Ok(())
}
