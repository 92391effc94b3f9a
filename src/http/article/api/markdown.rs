//! Conversion of pasted or imported Markdown into the editor's document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_document::{ReadMarkdown, markdown_to_json};

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{SignedIn, State};

/// Some Markdown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkdownRequest {
    /// CommonMark with the extensions that a section may hold; `lost` in the reply names what a
    /// section cannot hold.
    pub markdown: String,
}

/// A document in ProseMirror's JSON, and what it cannot hold of the Markdown.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkdownReply {
    /// Always `doc`.
    pub r#type: &'static str,
    /// The blocks.
    pub content: Vec<serde_json::Value>,
    /// What a section cannot hold of the Markdown, one sentence for each kind of loss;
    /// absent if it holds all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// Reads Markdown as the document of a section, in ProseMirror's JSON.
#[utoipa::path(post, path = "/api/v1/markdown", tag = "articles", request_body = MarkdownRequest,
    responses((status = 200, description = "The document.", body = MarkdownReply)))]
pub async fn read(
    app: State,
    _: SignedIn,
    Json(MarkdownRequest { markdown }): Json<MarkdownRequest>,
) -> Reply<Json<MarkdownReply>> {
    let (size, work) = (markdown.len(), move || markdown_to_json(&markdown));
    let ReadMarkdown { blocks, lost } = app.pool.run(size, work).await??;
    Ok(Json(MarkdownReply {
        r#type: "doc",
        content: blocks,
        lost,
    }))
}
