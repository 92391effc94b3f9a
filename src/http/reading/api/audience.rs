//! Audiences of modules and articles.

use serde::Serialize;
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId};
use lectern_identity::Caller;
use lectern_reading::Audience;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// Whom an article asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleAudience {
    /// The audience that counts.
    pub audience: Audience,
    /// Whether it is the article's own; otherwise its module's.
    pub own: bool,
}

/// Shows whom a module asks to read its articles.
#[utoipa::path(get, path = "/api/v1/modules/{id}/audience", tag = "reading",
    params(("id" = ModuleId, Path, description = "The module.")),
    responses((status = 200, description = "The audience; nobody when nothing is chosen.",
        body = Audience)))]
pub async fn of_module(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
) -> Reply<Json<Audience>> {
    let opened = app.access.open_module(&caller, id).await?;
    caller.overseer(&opened.place)?;
    Ok(Json(app.readings.module_audience(id).await?))
}

/// Says whom a module asks to read its articles; whoever is of the audience now is asked at once.
#[utoipa::path(put, path = "/api/v1/modules/{id}/audience", tag = "reading",
    params(("id" = ModuleId, Path, description = "The module.")), request_body = Audience,
    responses((status = 200, description = "The audience.", body = Audience)))]
pub async fn set_of_module(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Json(audience): Json<Audience>,
) -> Reply<Json<Audience>> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let set = app.readings.set_module_audience(&steward, audience).await?;
    Ok(Json(set))
}

/// Shows whom an article asks.
#[utoipa::path(get, path = "/api/v1/articles/{id}/audience", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "The audience.", body = ArticleAudience)))]
pub async fn of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<ArticleAudience>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.overseer(&opened.place)?;
    let own = app.readings.own_audience(id).await?.is_some();
    let audience = app.readings.audience_of(&opened.article).await?;
    Ok(Json(ArticleAudience { audience, own }))
}

/// Gives an article an audience of its own, which counts instead of its module's.
#[utoipa::path(put, path = "/api/v1/articles/{id}/audience", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = Audience,
    responses((status = 200, description = "The audience.", body = ArticleAudience)))]
pub async fn set_of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(audience): Json<Audience>,
) -> Reply<Json<ArticleAudience>> {
    set_own(app, caller, id, Some(audience)).await
}

/// Takes the article's own audience away: its module's counts again.
#[utoipa::path(delete, path = "/api/v1/articles/{id}/audience", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "The module's audience.", body = ArticleAudience)))]
pub async fn remove_of_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<ArticleAudience>> {
    set_own(app, caller, id, None).await
}

async fn set_own(
    app: State,
    caller: Caller,
    id: ArticleId,
    audience: Option<Audience>,
) -> Reply<Json<ArticleAudience>> {
    let opened = app.access.open_article(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let own = audience.is_some();
    app.readings
        .set_own_audience(&steward, id, audience)
        .await?;
    let audience = app.readings.audience_of(&opened.article).await?;
    Ok(Json(ArticleAudience { audience, own }))
}
