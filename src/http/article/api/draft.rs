//! The draft: read it, and write its title, sections and fields without the editor.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_authoring::Draft;
use lectern_base::ArticleId;
use lectern_document::losses;
use lectern_template::Completeness;

use crate::article::api::format::{self, Format, FormatQuery};
use crate::body::{self, Json, Query, TextBody};
use crate::error::{HttpError, Reply};
use crate::extract::{Id, Ids, SignedIn, State};

/// A draft as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftReply {
    /// The article.
    pub article: ArticleId,
    /// The template, such as `topic-article@1`.
    pub template: String,
    /// The title.
    pub title: String,
    /// What the template asks for beside the text, and why sections do not apply.
    pub fields: BTreeMap<String, String>,
    /// The sections in order.
    pub sections: Vec<SectionReply>,
    /// What review still asks for.
    pub completeness: Completeness,
}

/// One section.
#[derive(Debug, Serialize, ToSchema)]
pub struct SectionReply {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Whether review asks for it.
    pub required: bool,
    /// Its text.
    pub markdown: String,
}

impl DraftReply {
    fn of(article: ArticleId, draft: Draft) -> Self {
        let sections = draft.sections().map(|(section, text)| SectionReply {
            key: section.key.clone(),
            title: section.title.clone(),
            required: section.required,
            markdown: text.markdown.clone(),
        });
        Self {
            article,
            template: draft.template.reference().to_string(),
            sections: sections.collect(),
            title: draft.content.title,
            fields: draft.content.fields,
            completeness: draft.completeness,
        }
    }
}

/// Shows the draft; for those who may write it.
#[utoipa::path(get, path = "/api/v1/articles/{id}/draft", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."), FormatQuery),
    responses((status = 200, description = "The draft.", body = DraftReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<FormatQuery>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let draft = app.drafts.read(&opened.article).await?;
    Ok(match wanted.or_json() {
        Format::Json => Json(DraftReply::of(id, draft)).into_response(),
        Format::Markdown => format::markdown(draft.markdown()),
        Format::Html => {
            let html = app.renderer.draft_html(&caller, &opened.article, &draft);
            format::html(html.await?)
        }
    })
}

/// A section's text, when it is sent as JSON.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionRequest {
    /// The new text; it takes the place of the old.
    pub markdown: String,
}

/// A section as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenReply {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its text as it stands now.
    pub markdown: String,
    /// What a section cannot hold of the text that was sent, one sentence for each kind of loss;
    /// absent if it holds all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// Writes a section of the draft: it arrives as a live edit of the caller.
///
/// The body is Markdown (`text/markdown`) or JSON. Raw HTML becomes the Markdown that says the same;
/// `lost` in the reply names what has none. Addresses with scripts are left out.
#[utoipa::path(put, path = "/api/v1/articles/{id}/draft/sections/{key}", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."),
        ("key" = String, Path, description = "The section's key.")),
    request_body(content(
        (String = "text/markdown"), (SectionRequest = "application/json"))),
    responses((status = 200, description = "The section as it stands now.", body = WrittenReply)))]
pub async fn put_section(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, key): Ids<ArticleId, String>,
    text: TextBody,
) -> Reply<Json<WrittenReply>> {
    let markdown = markdown_of(text)?;
    let opened = app.access.open_article(&caller, id).await?;
    let author = caller.author(&opened.place)?;
    let (size, read) = (markdown.len(), markdown.clone());
    let lost = app.pool.run(size, move || losses(&read)).await??;
    let (title, markdown) = app
        .drafts
        .write_section(&author, &opened.article, &key, &markdown)
        .await?;
    Ok(Json(WrittenReply {
        key,
        title,
        markdown,
        lost,
    }))
}

fn markdown_of(text: TextBody) -> Reply<String> {
    const KINDS: &str = "text/markdown or application/json";
    match text.kind.as_deref() {
        // The last is what curl sends unless it is told otherwise.
        None | Some("text/markdown" | "text/plain" | "application/x-www-form-urlencoded") => {
            String::from_utf8(text.bytes.into())
                .map_err(|_| HttpError::invalid("body", "The text is not UTF-8."))
        }
        Some("application/json") => {
            body::parse_json::<SectionRequest>(&text.bytes).map(|given| given.markdown)
        }
        _ => Err(body::wrong_type(KINDS)),
    }
}

/// A new title.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TitleRequest {
    /// The title.
    pub title: String,
}

/// Gives the draft another title, as a live edit of the caller.
#[utoipa::path(put, path = "/api/v1/articles/{id}/draft/title", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = TitleRequest,
    responses((status = 200, description = "The draft.", body = DraftReply)))]
pub async fn put_title(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<TitleRequest>,
) -> Reply<Json<DraftReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let author = caller.author(&opened.place)?;
    app.drafts
        .write_title(&author, &opened.article, &given.title)
        .await?;
    Ok(Json(DraftReply::of(
        id,
        app.drafts.read(&opened.article).await?,
    )))
}

/// The value of a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRequest {
    /// The value; `null` takes it away.
    pub value: Option<String>,
}

/// Writes a field of the draft, as a live edit of the caller.
///
/// The key `not_applicable:<section>` holds the reason why a required section does not apply.
#[utoipa::path(put, path = "/api/v1/articles/{id}/draft/fields/{key}", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."),
        ("key" = String, Path, description = "The field's key.")),
    request_body = FieldRequest,
    responses((status = 200, description = "The draft.", body = DraftReply)))]
pub async fn put_field(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, key): Ids<ArticleId, String>,
    Json(given): Json<FieldRequest>,
) -> Reply<Json<DraftReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let author = caller.author(&opened.place)?;
    app.drafts
        .write_field(&author, &opened.article, &key, given.value)
        .await?;
    Ok(Json(DraftReply::of(
        id,
        app.drafts.read(&opened.article).await?,
    )))
}
