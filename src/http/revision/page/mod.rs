//! The pages.

pub mod comparison;
pub mod diff;
pub mod history;
