//! Logs and metrics: how the house is seen from outside. Never content, secrets or signatures.

pub mod logs;
pub mod metrics;
