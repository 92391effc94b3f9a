//! The pages.

pub mod module;
pub mod rules;
