//! The JSON interface.

pub mod notification;
pub mod thread;
