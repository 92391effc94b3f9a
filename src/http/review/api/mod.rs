//! The JSON interface.

pub mod review;
pub mod seen;
pub mod substitute;
