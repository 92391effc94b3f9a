//! `lectern openapi`.

use std::process::ExitCode;

use super::CliError;
use crate::http;

/// Prints what `/api/openapi.json` serves.
pub(super) fn run() -> Result<ExitCode, CliError> {
    println!("{}", http::openapi_json());
    Ok(ExitCode::SUCCESS)
}
