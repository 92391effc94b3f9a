//! Formats of text in replies: JSON by section, Markdown, safe HTML.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// A form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Sections with their Markdown, and what is known about the text.
    Json,
    /// One Markdown document.
    Markdown,
    /// Safe HTML, a fragment without page around it.
    Html,
}

/// Which form is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `json` when left out.
    pub format: Option<Format>,
}

impl FormatQuery {
    /// The form wanted, JSON when nothing was said.
    pub fn or_json(&self) -> Format {
        self.format.unwrap_or(Format::Json)
    }
}

/// A Markdown reply.
pub fn markdown(text: String) -> Response {
    (
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
        text,
    )
        .into_response()
}

/// An HTML reply; the text is safe already.
pub fn html(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}
