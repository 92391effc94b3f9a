//! The body of every error reply: RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problems.
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// What went wrong, in words for the person who reads it (`application/problem+json`, RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says which kind of problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: String,
    /// The HTTP status again, for those who keep only the body.
    pub status: u16,
    /// What happened and what to do about it.
    pub detail: String,
    /// The field of the request that was not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The limit that was passed, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Seconds to wait before another try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// Makes a problem of a status and a sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: title(status).to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            limit: None,
            retry_after: None,
        }
    }

    /// Names the field that was not accepted.
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// Names the limit that was passed, in bytes.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes as u64);
        self
    }

    /// Says after how many seconds another try makes sense.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The status as a type.
    pub fn code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    /// Answers with JSON and leaves the problem in the extensions, so that
    /// [`crate::layers::present_problems`] can turn it into a page.
    fn into_response(self) -> Response {
        let mut response = (self.code(), Json(&self)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static(PROBLEM_TYPE);
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED.as_u16() {
            let challenge = HeaderValue::from_static("Bearer realm=\"lectern\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Not signed in",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::CONFLICT => "In conflict with what is there",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        StatusCode::UNPROCESSABLE_ENTITY => "Not accepted",
        StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
        StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment",
        StatusCode::INTERNAL_SERVER_ERROR => "Something broke",
        other => other.canonical_reason().unwrap_or("Problem"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_repeats_its_status_and_omits_unknown_members() {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "“title” is missing.");
        let json = serde_json::to_value(problem.field("title")).unwrap();
        assert_eq!(json["type"], "about:blank");
        assert_eq!(json["status"], 422);
        assert_eq!(json["field"], "title");
        assert!(json.get("limit").is_none());
    }

    #[test]
    fn retry_after_is_a_header_too() {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "Wait.").retry_after(7);
        let response = problem.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
    }
}
