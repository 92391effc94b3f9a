//! The pages.

pub mod authors;
pub mod edit;
pub mod new;
pub mod read;
pub mod status;
