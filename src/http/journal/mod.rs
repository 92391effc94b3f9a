//! The journal, for administrators: as JSON or CSV, and as the audit trail page.

pub mod api;
pub mod event_labels;
mod field_change;
mod filter_form;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![api::list, api::checkpoint])
        .route("/admin/journal", get(page::show))
        .route("/admin/journal/checkpoint", post(page::checkpoint))
}
