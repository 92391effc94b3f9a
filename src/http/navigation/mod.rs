//! Finding one's way: the sidebar with its tree of modules, favourites, and the articles opened last.

pub mod api;
pub mod page;
pub mod sidebar;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::favourites,
            api::add_favourite,
            api::remove_favourite,
            api::recent
        ])
        .route("/sidebar", post(page::choose_sidebar))
        .route("/m/{module}/branch", get(page::branch))
        .route("/a/{slug}/favourite", post(page::choose_favourite))
}
