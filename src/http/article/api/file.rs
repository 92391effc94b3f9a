//! Images and other files of an article.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_article::{Attachment, FileKind};
use lectern_base::{ArticleId, Hash};

use crate::body::{Json, Query, TextBody};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, Ids, SignedIn, State};

/// How a file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// The name that it is saved under; its extension follows what the file is.
    pub name: String,
}

/// A file of an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileReply {
    /// The SHA-256 of its bytes as they are kept.
    pub hash: Hash,
    /// Its address in texts.
    pub address: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The width of a picture in pixels.
    #[schema(required = true)]
    pub width: Option<u32>,
    /// The height of a picture in pixels.
    #[schema(required = true)]
    pub height: Option<u32>,
}

impl From<Attachment> for FileReply {
    fn from(attachment: Attachment) -> Self {
        Self {
            address: attachment.address(),
            hash: attachment.hash,
            media_type: attachment.media_type,
            name: attachment.name,
            bytes: attachment.bytes,
            width: attachment.width,
            height: attachment.height,
        }
    }
}

/// Takes a picture or file in; the body is its bytes.
///
/// A picture is turned upright, made as small as a page needs it and freed of metadata, so its hash is
/// not that of the bytes that were sent.
#[utoipa::path(post, path = "/api/v1/articles/{id}/files", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."), FileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "The file.", body = FileReply),
        (status = 413, description = "It is too large.", body = crate::Problem),
        (status = 422, description = "It is of no kind that is accepted.", body = crate::Problem)))]
pub async fn add(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<FileQuery>,
    body: TextBody,
) -> Reply<Created<FileReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let added = app
        .shelf
        .add(&editor, &opened.article, &wanted.name, body.bytes)
        .await?;
    let body = FileReply::from(added);
    let at = body.address.clone();
    Ok(Created { at, body })
}

/// Gives the article a file that the caller may have from another article, as when text is copied.
#[utoipa::path(put, path = "/api/v1/articles/{id}/files/{hash}", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."),
        ("hash" = Hash, Path, description = "The SHA-256 of the file.")),
    responses((status = 200, description = "The file.", body = FileReply)))]
pub async fn share(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, hash): Ids<ArticleId, Hash>,
) -> Reply<Json<FileReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let (attachment, bytes) = app.access.open_file(&caller, hash).await?;
    let shared = app
        .shelf
        .share(&editor, &opened.article, attachment, bytes)
        .await?;
    Ok(Json(shared.into()))
}

/// Hands a file out.
#[utoipa::path(get, path = "/files/{hash}/{name}", tag = "articles",
    params(("hash" = Hash, Path, description = "The SHA-256."),
        ("name" = String, Path, description = "Any name.")),
    responses((status = 200, description = "The bytes.", content_type = "application/octet-stream"),
        (status = "default", description = "A page that says why there is no file.", content_type = "text/html")))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(hash): Id<Hash>,
    headers: HeaderMap,
) -> Reply<Response> {
    let (attachment, bytes) = app.access.open_file(&caller, hash).await?;
    let tag = format!("\"{hash}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, describing(&attachment, &tag)).into_response());
    }
    Ok((describing(&attachment, &tag), bytes).into_response())
}

/// What a browser may do with a file: show a picture or a PDF, and nothing else.
fn describing(attachment: &Attachment, tag: &str) -> HeaderMap {
    let shown = FileKind::named(&attachment.media_type).is_some_and(|kind| kind.shown);
    let name = utf8_percent_encode(&attachment.name, NON_ALPHANUMERIC);
    let way = if shown { "inline" } else { "attachment" };
    let fields = [
        (header::CONTENT_TYPE, attachment.media_type.clone()),
        (
            header::CONTENT_DISPOSITION,
            format!("{way}; filename*=UTF-8''{name}"),
        ),
        (header::ETAG, tag.to_owned()),
        (
            header::CACHE_CONTROL,
            // The address never means anything else, but who may see it can change at any time.
            "private, no-cache".to_owned(),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox".to_owned(),
        ),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)));
    fields.collect()
}
