//! Reviews: request, read, decide, name substitutes, withdraw, resubmit.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::review::of_article,
            api::review::request,
            api::review::waiting,
            api::review::show,
            api::review::changes,
            api::seen::list,
            api::seen::see,
            api::seen::unsee,
            api::review::decide,
            api::review::withdraw,
            api::review::resubmit,
            api::substitute::name
        ])
        .route(
            "/a/{slug}/request-review",
            get(page::request::show).post(page::request::request),
        )
        .route("/reviews/{id}", get(page::review::show))
        .route("/reviews/{id}/seen", post(page::review::see))
        .route("/reviews/{id}/comments", post(page::review::comment))
        .route("/reviews/{id}/decisions", post(page::review::decide))
        .route("/reviews/{id}/withdraw", post(page::review::withdraw))
        .route("/reviews/{id}/substitutes", post(page::review::substitute))
        .route("/reviews/{id}/resubmit", post(page::review::resubmit))
}
