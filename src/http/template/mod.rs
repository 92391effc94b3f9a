//! Article templates.

pub mod api;
pub mod page;
