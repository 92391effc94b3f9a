//! Revisions of a draft: save, list, compare, restore.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::list,
            api::create,
            api::show,
            api::diff,
            api::restore
        ])
        .route("/a/{slug}/history", get(page::history::show))
        .route("/a/{slug}/revisions", post(page::history::save))
        .route("/a/{slug}/revisions/{id}", get(page::history::revision))
        .route("/a/{slug}/restore", post(page::history::restore))
        .route("/a/{slug}/diff", get(page::diff::show))
}
