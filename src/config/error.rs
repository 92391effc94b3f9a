//! Errors of the settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::MIN_ARGON2_MEMORY_KIB;

/// Why the settings are unusable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file does not exist.
    #[error("the settings file {0} is not there")]
    FileNotFound(PathBuf),
    /// A setting is unknown or invalid.
    #[error("the settings cannot be used: {0}")]
    Invalid(String),
    /// Passwords would be hashed with too little memory on an address that other machines can
    /// reach.
    #[error(
        "LECTERN_IDENTITY_ARGON2_MEMORY_KIB is {found_kib}, but must be at least {} to listen on \
         {listen}: with less memory than OWASP recommends for Argon2id, stolen password hashes are \
         too easy to crack. Only a loopback address is exempt",
        MIN_ARGON2_MEMORY_KIB
    )]
    WeakPasswordHashing {
        /// The setting, in KiB.
        found_kib: u32,
        /// The listen address.
        listen: SocketAddr,
    },
}
