//! The pages.

pub mod acknowledgement;
pub mod status;
