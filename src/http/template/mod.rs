//! Article templates.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![api::list, api::show])
        .route("/templates", get(page::list))
        .route("/templates/{id}", get(page::show))
}
