//! Modules: their articles in order, members and review rules.

pub mod api;
pub mod page;
