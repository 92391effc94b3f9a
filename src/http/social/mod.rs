//! Comments on drafts, and notifications.

pub mod api;
pub mod page;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .operations(operations![
            api::notification::list,
            api::notification::read,
            api::thread::list,
            api::thread::open,
            api::thread::show,
            api::thread::reply,
            api::thread::edit,
            api::thread::resolve,
            api::thread::reopen
        ])
        .route("/notifications", get(page::show))
        .route("/notifications/{number}", get(page::open))
        .route("/notifications/read", post(page::read))
}
