//! Health checks and metrics.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use lectern_base::Hash;

use crate::connections::Connections;
use crate::error::{HttpError, Reply};
use crate::extract::{SignedIn, State, bearer};

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "running", security(()),
    responses((status = 200, description = "The process answers.", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The server wants requests: it has started, its disk takes data, and it does not stop.
///
/// The reply names the limits of connections and of file descriptors.
#[utoipa::path(get, path = "/readyz", tag = "running", security(()),
    responses((status = 200, description = "Ready for requests.", body = String),
        (status = 503, description = "Not ready.", body = crate::Problem)))]
pub async fn readyz(app: State, connections: Option<Extension<Arc<Connections>>>) -> Reply<String> {
    if app.is_stopping() {
        let detail = "The server is about to stop.";
        return Err(HttpError::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    app.store.disk().await?;
    let limits = connections.map(|Extension(connections)| connections.describe());
    Ok(format!("ready\n{}", limits.unwrap_or_default()))
}

/// Figures in the Prometheus text format, for administrators and for the token of the settings.
#[utoipa::path(get, path = "/metrics", tag = "running",
    responses((status = 200, description = "Figures in the Prometheus text format.", body = String)))]
pub async fn metrics(
    app: State,
    headers: HeaderMap,
    caller: Option<SignedIn>,
) -> Reply<impl IntoResponse> {
    if !has_token(app.config.http.metrics_token.as_deref(), &headers) {
        let SignedIn(caller) = caller.ok_or_else(HttpError::not_signed_in)?;
        caller.admin()?;
    }
    // How full the disk is, is looked up when somebody asks; what fails shows at `/readyz`.
    let _ = app.store.disk().await;
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok((
        [(header::CONTENT_TYPE, kind)],
        lectern_telemetry::metrics::render(),
    ))
}

/// Tells whether a request carries the token of the settings. Hashes are compared, so that the time
/// it takes says nothing about the token.
fn has_token(token: Option<&str>, headers: &HeaderMap) -> bool {
    let token = token.filter(|token| !token.trim().is_empty());
    let same = |(token, given): (&str, &str)| {
        Hash::of(token.trim().as_bytes()) == Hash::of(given.as_bytes())
    };
    token.zip(bearer(headers)).is_some_and(same)
}
