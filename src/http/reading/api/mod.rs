//! The JSON interface.

pub mod acknowledgement;
pub mod audience;
