//! Errors of the rooms below, sorted into status and problem details.
//!
//! This file alone knows which kind of error gets which status. Text of internal errors goes to
//! the log and never to the client.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// What people read when something broke that they cannot mend.
pub const BROKEN: &str =
    "Something broke on our side. What was saved before is safe; try again in a moment.";

/// The result of every handler.
pub type Reply<T> = Result<T, HttpError>;

/// A failed request, ready to be sent as problem details or as a page.
#[derive(Debug)]
pub struct HttpError(Box<Problem>);

impl HttpError {
    /// Makes an error of a status and a sentence for the reader.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Problem::new(status, detail).into()
    }

    /// 404, for what is not there and for what the caller may not know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no such {what}."))
    }

    /// 422, naming the field.
    pub fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
            .field(field)
            .into()
    }

    /// 401, for a request that needs a person.
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Sign in first, or send a valid token.",
        )
    }

    /// 413, naming the limit in bytes.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The body is too large: this server accepts {limit} bytes.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
            .limit(limit)
            .into()
    }

    /// 500; the cause goes to the log only.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "A request failed inside");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
    }

    /// The problem that will be sent.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for HttpError {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
