//! Revisions of a draft: save, list, compare, restore.

pub mod api;
pub mod page;
