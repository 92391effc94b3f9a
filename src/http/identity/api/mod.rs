//! The JSON interface.

pub mod alert;
pub mod delegation;
pub mod me;
pub mod person;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod token;
