//! Settings: one struct per concern, from `lectern.toml`, the environment and the command line.
//!
//! What a setting does is the business of the room that it is for; this one reads them, and says
//! which is wrong and where it came from before anything starts.

mod load;
mod settings;

pub use load::{ConfigError, load};
pub use settings::{Config, HttpConfig, IdentityConfig, LiveConfig, LogConfig, LogFormat};
