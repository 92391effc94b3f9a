//! Log lines on standard error: sentences with fields.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Begins to log. `level` is such as `info` or `lectern=debug`.
///
/// # Errors
/// The sentence that says why `level` cannot be used.
pub fn start(level: &str, as_json: bool) -> Result<(), String> {
    let filter = EnvFilter::try_new(level)
        .map_err(|cause| format!("LECTERN_LOG_LEVEL “{level}” cannot be used: {cause}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // A second start, as in tests, keeps the first.
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
    fn a_level_that_is_none_is_named() {
        let wrong = super::start("lectern=loud,,=", false).unwrap_err();
        assert!(
            wrong.contains("LECTERN_LOG_LEVEL") && wrong.contains("loud"),
            "{wrong}"
        );
    }
}
