//! Search over what the caller may see.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![api::search])
        .route("/search", get(page::show))
}
