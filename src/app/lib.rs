//! Builds every service and starts what runs in the background: followers, timers, and the end of
//! editing sessions.
//!
//! This crate holds no rules about articles, reviews or people, and knows no HTTP.

mod app;
mod backup;
mod error;
mod exchange;
mod recovery;
mod reindex;
mod sample;
mod sessions;
mod settings;
mod start;
mod timers;

pub use app::App;
pub use backup::copy_files;
pub use error::AppError;
pub use exchange::{export, import};
pub use reindex::reindex;
