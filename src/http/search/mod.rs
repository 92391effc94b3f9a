//! Search over what the caller may see.

pub mod api;
pub mod page;
