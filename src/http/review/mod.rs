//! Reviews: request, read, decide, withdraw, resubmit.

pub mod api;
pub mod page;
