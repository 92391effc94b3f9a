//! Logs and metrics: how the house is seen from outside.

pub mod metrics;
