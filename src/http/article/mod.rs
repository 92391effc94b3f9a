//! Articles: start one, read it, edit its draft, and its files.

pub mod api;
pub mod page;
