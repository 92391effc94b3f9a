//! Conversion of pasted or imported Markdown into the editor's document.

use serde::Deserialize;
use utoipa::ToSchema;

use lectern_document::markdown_to_json;

use crate::body::Json;
use crate::extract::SignedIn;

/// Some Markdown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkdownRequest {
    /// CommonMark with the extensions that a section may hold; what it may not hold is left out.
    pub markdown: String,
}

/// Reads Markdown as the document of a section, in ProseMirror's JSON.
#[utoipa::path(post, path = "/api/v1/markdown", tag = "articles", request_body = MarkdownRequest,
    responses((status = 200, description = "The document.", body = serde_json::Value)))]
pub async fn read(_: SignedIn, Json(given): Json<MarkdownRequest>) -> Json<serde_json::Value> {
    Json(markdown_to_json(&given.markdown))
}
