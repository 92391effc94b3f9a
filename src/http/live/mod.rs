//! Live editing: the WebSocket, its fallback over server-sent events, and tickets.

pub mod socket;
pub mod stream;
pub mod ticket;

use std::sync::Arc;

use crate::routes::{Routes, get, operations, post};

/// Returns every route of this folder.
pub fn routes() -> Routes {
    Routes::new()
        .route("/collab/{article_id}", get(socket::collab))
        .route("/collab/{article_id}/events", get(stream::events))
        .route("/collab/{article_id}/events/{line}", post(stream::post))
        .extension(Arc::new(stream::Lines::default()))
        .body_limit(|app| app.rooms.settings().frame_limit * socket::READ_AHEAD)
        .operations(operations![ticket::create])
}
