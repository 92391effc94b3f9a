//! Errors of the settings.

use std::path::PathBuf;

/// Why the settings are unusable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file does not exist.
    #[error("the settings file {0} is not there")]
    FileNotFound(PathBuf),
    /// A setting is unknown or invalid.
    #[error("the settings cannot be used: {0}")]
    Invalid(String),
}
