//! Approved versions: their signatures, and suspending, reaffirming or retiring them.

pub mod api;
pub mod page;
