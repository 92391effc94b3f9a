//! The pages.

pub mod decisions;
pub mod request;
pub mod review;
pub mod substitute;
pub mod text;
