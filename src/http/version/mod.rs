//! Approved versions: their signatures, and suspending, reaffirming or retiring them.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::signature::of_article,
            api::version_action::suspend,
            api::version_action::reinstate,
            api::version_action::reissue,
            api::version_action::reaffirm,
            api::version_action::retire
        ])
        .route(
            "/a/{slug}/standing",
            get(page::actions::show).post(page::actions::take),
        )
}
