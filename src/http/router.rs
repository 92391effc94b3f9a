//! Every route of the server, by name.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;

use super::layers::{self, Door};
use super::problem::Problem;
use super::{assets, health};

/// The routes with everything around them.
pub fn router(app: Arc<App>, door: Door) -> Router {
    let routes = Router::new()
        .merge(running())
        .merge(files())
        .fallback(nothing_here);
    layers::around(routes.with_state(app), door)
}

fn running() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
}

fn files() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/{*path}", get(assets::serve))
        .route("/favicon.svg", get(assets::icon))
        .route("/favicon.ico", get(assets::icon))
}

async fn nothing_here() -> Response {
    let detail = "Nothing is at this address. Search may find what you are looking for.";
    Problem::new(StatusCode::NOT_FOUND, detail).into_response()
}
