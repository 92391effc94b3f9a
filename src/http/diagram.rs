//! The frame in which diagrams are drawn, with a policy of its own.

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::assets;

/// It allows scripts and inline styles, which Mermaid writes, and nothing else: an opaque origin
/// (no cookies, no storage), no network, no images. Only our own pages may embed it.
const POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; \
                      style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'";

/// Serves the frame; the page around it posts diagrams to it.
pub async fn frame() -> Response {
    let script = assets::url("diagram/frame.ts");
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Diagram</title>\
         <script type=\"module\" src=\"{script}\"></script></head><body></body></html>"
    );
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        ),
    ];
    (headers, Html(page)).into_response()
}
