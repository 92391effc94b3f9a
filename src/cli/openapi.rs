//! `lectern openapi`.

use std::process::ExitCode;

use lectern_http as http;

use super::CliError;

/// Prints the OpenAPI description that `/api/openapi.json` serves.
pub(super) fn run() -> Result<ExitCode, CliError> {
    println!("{}", http::openapi_json());
    Ok(ExitCode::SUCCESS)
}
