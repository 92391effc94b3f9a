//! Settings from `lectern.toml`, the environment and the command line, in one struct per concern.
//!
//! Settings are read and validated before anything starts; an error names the setting and where it
//! came from. What a setting does is up to the crate it is for.

mod error;
mod load;
mod password_hashing;
mod settings;

pub use error::ConfigError;
pub use load::load;
pub use settings::{
    Config, HttpConfig, IdentityConfig, LiveConfig, LogConfig, LogFormat, MIN_ARGON2_MEMORY_KIB,
    OrganisationConfig, PoolConfig, StoreConfig,
};
