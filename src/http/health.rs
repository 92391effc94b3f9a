//! Signs of life for those who run the server.

use axum::http::header;
use axum::response::IntoResponse;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "running", security(()),
    responses((status = 200, description = "The process answers.", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Figures in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "running", security(()),
    responses((status = 200, description = "Figures in the Prometheus text format.", body = String)))]
pub async fn metrics() -> impl IntoResponse {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, kind)],
        crate::telemetry::metrics::render(),
    )
}
