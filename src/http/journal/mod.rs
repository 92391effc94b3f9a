//! The journal, for administrators: as JSON or CSV, and as the audit trail page.

pub mod api;
pub mod event_labels;
mod field_change;
mod filter_form;
pub mod page;
