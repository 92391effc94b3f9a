//! Comments on drafts, and notifications.

pub mod api;
pub mod page;
