//! Logs, written to standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts logging. `level` is a filter such as `info` or `lectern=debug`.
///
/// # Errors
/// A message that says why `level` is invalid.
pub fn start(level: &str, as_json: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(level)
        .map_err(|cause| format!("LECTERN_LOG_LEVEL “{level}” cannot be used: {cause}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // A second start, as in tests, has no effect.
    let _ = if as_json {
        lines.json().try_init()
    } else {
        lines.with_target(false).try_init()
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_invalid_level_is_named() {
        let wrong = super::start("lectern=loud,,=", false).unwrap_err();
        assert!(
            wrong.contains("LECTERN_LOG_LEVEL") && wrong.contains("loud"),
            "{wrong}"
        );
    }
}
