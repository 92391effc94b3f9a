//! Audit packages of an article or a module.

pub mod api;
pub mod page;
mod zip;
