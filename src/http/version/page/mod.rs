//! The pages.

pub mod actions;
pub mod signing;
