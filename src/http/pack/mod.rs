//! Audit packages of an article or a module.

pub mod api;
pub mod page;
mod zip;

use crate::routes::{Routes, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![api::of_module, api::of_article])
        .route("/m/{module}/pack", post(page::of_module))
        .route("/a/{slug}/pack", post(page::of_article))
}
