//! Logs and metrics. Neither ever contains content, secrets or signatures.

pub mod logs;
pub mod metrics;
