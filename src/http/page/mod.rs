//! The pages people read and write on, rendered on the server.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::problem::Problem;

/// The page that says what went wrong; the caller sets the status.
pub fn problem(problem: &Problem) -> Response {
    let text = format!("{}: {}", problem.title, problem.detail);
    let safe = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    (
        StatusCode::OK,
        Html(format!(
            "<!doctype html><title>Lectern</title><p>{safe}</p>"
        )),
    )
        .into_response()
}

/// The way to the sign-in page, which leads back to `wanted` (a path of this server).
pub fn to_sign_in(wanted: &str) -> Response {
    let next = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}
