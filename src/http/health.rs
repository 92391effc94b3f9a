//! Health checks and metrics.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::error::{HttpError, Reply};
use crate::extract::State;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "running", security(()),
    responses((status = 200, description = "The process answers.", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The server wants requests: it has started, its disk takes data, and it does not stop.
#[utoipa::path(get, path = "/readyz", tag = "running", security(()),
    responses((status = 200, description = "Ready for requests.", body = String),
        (status = 503, description = "Not ready.", body = crate::Problem)))]
pub async fn readyz(app: State) -> Reply<&'static str> {
    if app.is_stopping() {
        let detail = "The server is about to stop.";
        return Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    app.store.disk().await?;
    Ok("ready\n")
}

/// Figures in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "running", security(()),
    responses((status = 200, description = "Figures in the Prometheus text format.", body = String)))]
pub async fn metrics(app: State) -> impl IntoResponse {
    // How full the disk is, is looked up when somebody asks; what fails shows at `/readyz`.
    let _ = app.store.disk().await;
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, kind)],
        lectern_telemetry::metrics::render(),
    )
}
