//! The pages.

pub mod alerts;
pub mod choose_password;
pub mod delegations;
pub mod me;
pub mod password;
pub mod people;
pub mod roles;
pub mod second_factor;
pub mod setup;
pub mod sign_in;
