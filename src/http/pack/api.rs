//! Audit packages of an article or a module.

use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId};

use crate::body::MaybeJson;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};
use crate::pack::zip;

/// Why a pack is made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRequest {
    /// For the audit trail, such as the inspection that it is for.
    pub reason: Option<String>,
}

/// Makes the inspector's pack of an article: every version with its decisions, signatures and part of
/// the audit trail in one ZIP that is checked without Lectern.
///
/// It is an entry of the audit trail, which names the SHA-256 of the pack's manifest.
#[utoipa::path(post, path = "/api/v1/articles/{id}/pack", tag = "packs",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = Option<PackRequest>,
    responses((status = 200, description = "The pack.", content_type = "application/zip"),
        (status = 409, description = "No review of it was ever requested.", body = crate::Problem)))]
pub async fn of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    MaybeJson(given): MaybeJson<PackRequest>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    let archivist = caller.archivist(&opened.place)?;
    let made = app
        .exchange
        .export_article(&archivist, &opened.article, given.reason);
    Ok(zip::download(made.await?))
}

/// Makes the inspector's pack of a module: that of each of its articles in one, with what is on record
/// of the module itself.
#[utoipa::path(post, path = "/api/v1/modules/{id}/pack", tag = "packs",
    params(("id" = ModuleId, Path, description = "The module.")), request_body = Option<PackRequest>,
    responses((status = 200, description = "The pack.", content_type = "application/zip"),
        (status = 409, description = "No review was ever requested in it.", body = crate::Problem)))]
pub async fn of_module(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    MaybeJson(given): MaybeJson<PackRequest>,
) -> Reply<Response> {
    let opened = app.access.open_module(&caller, id).await?;
    let archivist = caller.archivist(&opened.place)?;
    let made = app
        .exchange
        .export_module(&archivist, &opened.module, given.reason);
    Ok(zip::download(made.await?))
}
