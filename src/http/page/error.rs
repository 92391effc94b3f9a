//! The error page: what went wrong, and what to do.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::page::layout::{Frame, render};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub frame: Frame,
    pub headline: String,
    pub explanation: String,
    pub offers_search: bool,
}

/// Renders a problem as a page with its status.
pub fn problem(problem: &Problem, frame: Frame) -> Response {
    let code = problem.code();
    let page = ErrorPage {
        frame,
        headline: problem.title.clone(),
        explanation: problem.detail.clone(),
        offers_search: code == StatusCode::NOT_FOUND,
    };
    render(code, &page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn text(status: StatusCode, detail: &str) -> String {
        let response = problem(&Problem::new(status, detail), Frame::default());
        assert_eq!(response.status(), status);
        let body = to_bytes(response.into_body(), 100_000).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_missing_page_offers_search_and_a_forbidden_one_says_why() {
        let missing = text(StatusCode::NOT_FOUND, "There is no such article.").await;
        assert!(missing.contains(r#"action="/search""#));
        let forbidden = text(StatusCode::FORBIDDEN, "This needs the right to <approve>.").await;
        assert!(forbidden.contains("This needs the right to &#60;approve&#62;."));
        assert!(!forbidden.contains(r#"action="/search""#));
    }
}
