//! People: set-up, sign-in, account settings, tokens, delegations, administration.

pub mod api;
pub mod page;
