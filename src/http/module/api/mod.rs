//! The JSON interface.

pub mod module;
pub mod rules;
