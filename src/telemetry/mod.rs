//! Logs and metrics: how the house is seen from outside.
