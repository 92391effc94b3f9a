//! `lectern verify`.

use std::process::ExitCode;

use serde_json::json;

use super::{CliError, DataArgs};
use crate::{journal, store};

/// Reads every record, blob and journal entry of a data directory that no server holds.
pub(super) async fn run(data: &DataArgs) -> Result<ExitCode, CliError> {
    let config = data.settings(json!({}))?;
    if !config.data.join("store").is_dir() {
        let said = format!("there is no data directory at {}", config.data.display());
        return Err(CliError::Said(said));
    }
    let checked = store::check(&config.data)?;
    let store = store::open(&config.data)?;
    let report = journal::verify(&store, None).await?;
    let report = report.map_err(|broken| CliError::Said(broken.to_string()))?;
    println!(
        "{} records, {} edits, {} texts and attachments, {} journal entries: all as written",
        checked.records, checked.log_entries, checked.blobs, report.entries
    );
    println!("{}", report.head.hash);
    Ok(ExitCode::SUCCESS)
}
