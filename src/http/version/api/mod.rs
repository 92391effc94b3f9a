//! The JSON interface.

pub mod signature;
pub mod version_action;
