//! Builds every service once; runs followers, timers and the end of editing sessions.

/// Every service of a running Lectern.
#[derive(Debug, Default)]
pub struct App {}
