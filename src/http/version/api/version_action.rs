//! Signed actions on the effective version: suspend, reinstate, reissue, reaffirm, retire.

use serde::Deserialize;
use utoipa::ToSchema;

use lectern_access::OpenedArticle;
use lectern_base::{ArticleId, Hash, Subject};
use lectern_identity::Caller;
use lectern_review::VersionAction;

use crate::article::api::article::ArticleReply;
use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};
use crate::version::api::signature::SignatureRequest;

/// A measure, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureRequest {
    /// Why; readers see it.
    pub reason: Option<String>,
    /// Who takes it.
    pub signature: SignatureRequest,
}

/// An earlier version that shall take the place of a suspended one, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReissueRequest {
    /// The n of n.0.
    pub version: u32,
    /// Why.
    pub reason: Option<String>,
    /// Who takes it.
    pub signature: SignatureRequest,
}

/// A text that was read again and is right still, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReaffirmRequest {
    /// The hash of the effective version that was read.
    pub revision_hash: Hash,
    /// A remark.
    pub reason: Option<String>,
    /// Who read it.
    pub signature: SignatureRequest,
}

/// Takes the effective version back at once: a notice with the reason stands in its place.
#[utoipa::path(post, path = "/api/v1/articles/{id}/suspend", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = MeasureRequest,
    responses((status = 200, description = "The article.", body = ArticleReply),
        (status = 409, description = "It does not stand so.", body = crate::Problem)))]
pub async fn suspend(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<MeasureRequest>,
) -> Reply<Json<ArticleReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    take(&app, &caller, opened, &VersionAction::Suspend, given).await
}

/// Lets the suspended version be read again.
#[utoipa::path(post, path = "/api/v1/articles/{id}/reinstate", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = MeasureRequest,
    responses((status = 200, description = "The article.", body = ArticleReply),
        (status = 409, description = "It is not suspended.", body = crate::Problem)))]
pub async fn reinstate(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<MeasureRequest>,
) -> Reply<Json<ArticleReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    take(&app, &caller, opened, &VersionAction::Reinstate, given).await
}

/// Puts an earlier version in the place of the suspended one.
#[utoipa::path(post, path = "/api/v1/articles/{id}/reissue", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = ReissueRequest,
    responses((status = 200, description = "The article.", body = ArticleReply),
        (status = 409, description = "It is not suspended.", body = crate::Problem)))]
pub async fn reissue(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<ReissueRequest>,
) -> Reply<Json<ArticleReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let measure = VersionAction::Reissue {
        version: given.version,
    };
    let given = MeasureRequest {
        reason: given.reason,
        signature: given.signature,
    };
    take(&app, &caller, opened, &measure, given).await
}

/// Finds the effective version to be right still: it gets another review date.
#[utoipa::path(post, path = "/api/v1/articles/{id}/reaffirm", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = ReaffirmRequest,
    responses((status = 200, description = "The article.", body = ArticleReply),
        (status = 409, description = "Another text is effective.", body = crate::Problem)))]
pub async fn reaffirm(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<ReaffirmRequest>,
) -> Reply<Json<ArticleReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let measure = VersionAction::Reaffirm {
        hash: given.revision_hash,
    };
    let given = MeasureRequest {
        reason: given.reason,
        signature: given.signature,
    };
    take(&app, &caller, opened, &measure, given).await
}

/// Signs the retirement of an article: its owner and a reviewer do so, in either order.
#[utoipa::path(post, path = "/api/v1/articles/{id}/retire", tag = "reviews",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = MeasureRequest,
    responses((status = 200, description = "The article; retired with the second signature.",
        body = ArticleReply)))]
pub async fn retire(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(given): Json<MeasureRequest>,
) -> Reply<Json<ArticleReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let what = Subject::article(id);
    let signing = given
        .signature
        .signing(&app, &caller, &opened.place, what)
        .await?;
    let article = app
        .reviews
        .retire(&caller, id, given.reason, signing)
        .await?;
    Ok(Json(match caller.editor(&opened.place) {
        Ok(_) => ArticleReply::of(&article, app.zone()),
        Err(_) => ArticleReply::for_reader(&article, app.zone()),
    }))
}

async fn take(
    app: &State,
    caller: &Caller,
    opened: OpenedArticle,
    measure: &VersionAction,
    given: MeasureRequest,
) -> Reply<Json<ArticleReply>> {
    let reviewer = caller.reviewer(&opened.place)?;
    let id = opened.article.id;
    let what = Subject::article(id);
    let signing = given
        .signature
        .signing(app, caller, &opened.place, what)
        .await?;
    let article = app
        .reviews
        .act_on_version(&reviewer, id, measure, given.reason, signing)
        .await?;
    Ok(Json(ArticleReply::of(&article, app.zone())))
}
