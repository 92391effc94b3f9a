//! Modules: ordered collections of articles with members.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_app::App;
use lectern_base::{ArticleId, ModuleId, Page, PersonId, Seek, Timestamp};
use lectern_identity::{Caller, Role};
use lectern_module::{Control, Learners, Module, ModuleChange, NewModule, Visibility};

use crate::body::{Json, Query};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, Ids, SignedIn, State};

/// A module to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleRequest {
    /// The title.
    pub title: String,
    /// What the module is for.
    #[serde(default)]
    pub purpose: String,
    /// Who may read: everybody (`open`) or members only (`restricted`).
    pub visibility: Visibility,
    /// Whether approval needs what regulated training needs.
    pub control: Control,
    /// Whether learners `write` in drafts, or `suggest` changes.
    #[serde(default)]
    pub learners: Learners,
}

impl From<ModuleRequest> for NewModule {
    fn from(given: ModuleRequest) -> Self {
        Self {
            title: given.title,
            purpose: given.purpose,
            visibility: given.visibility,
            control: given.control,
            learners: given.learners,
        }
    }
}

/// What shall be different about a module.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleChangeRequest {
    /// Another title; the address stays.
    pub title: Option<String>,
    /// Another purpose.
    pub purpose: Option<String>,
    /// Other readers.
    pub visibility: Option<Visibility>,
    /// Another strictness.
    pub control: Option<Control>,
    /// Whether learners `write` in drafts, or `suggest` changes.
    pub learners: Option<Learners>,
    /// Why. A reviewer who makes a controlled module informal says so.
    pub reason: Option<String>,
}

/// A module.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleReply {
    /// Its id.
    pub id: ModuleId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Who may read.
    pub visibility: Visibility,
    /// How strict approval is.
    pub control: Control,
    /// What learners do in drafts.
    pub learners: Learners,
    /// Its articles in order, as far as the caller may know of them: a page of them, the first 20 in
    /// the list of modules.
    pub articles: Vec<ArticleId>,
    /// What to give as `after` when the module is shown, for the next page of its articles; none on
    /// the last.
    #[schema(required = true)]
    pub articles_next: Option<ArticleId>,
    /// The number of articles that the caller may know of.
    pub article_count: usize,
    /// Who created it.
    pub created_by: PersonId,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ModuleReply {
    /// Shows a module with a page of its articles.
    async fn of(app: &App, caller: &Caller, module: Module, seek: &Seek) -> Reply<Self> {
        let page = app.access.article_ids_shown(caller, &module, seek).await?;
        let next = page.next.and_then(|next| next.parse().ok());
        Ok(Self {
            article_count: app.access.article_count(caller, &module).await?,
            id: module.id,
            slug: module.slug,
            title: module.title,
            purpose: module.purpose,
            visibility: module.visibility,
            control: module.control,
            learners: module.learners,
            articles: page.items,
            articles_next: next,
            created_by: module.created_by,
            created_at: module.created_at,
        })
    }
}

/// The number of articles of each module in the list of modules.
const LISTED: usize = 20;

/// Creates a module; its founder becomes a member.
#[utoipa::path(post, path = "/api/v1/modules", tag = "modules", request_body = ModuleRequest,
    responses((status = 201, description = "The module.", body = ModuleReply)))]
pub async fn create(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<ModuleRequest>,
) -> Reply<Created<ModuleReply>> {
    let founder = caller.founder()?;
    let module = app.modules.create(&founder, given.into()).await?;
    let at = format!("/api/v1/modules/{}", module.id);
    let body = ModuleReply::of(&app, &caller, module, &Seek::default()).await?;
    Ok(Created { at, body })
}

/// Lists the modules that the caller can see, by title.
#[utoipa::path(get, path = "/api/v1/modules", tag = "modules", params(Seek),
    responses((status = 200, description = "Some of them.", body = Page<ModuleReply>)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<ModuleReply>>> {
    let page = app.modules.visible_page(&caller, &seek).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for module in page.items {
        let articles = Seek::first(LISTED);
        items.push(ModuleReply::of(&app, &caller, module, &articles).await?);
    }
    let next = page.next;
    Ok(Json(Page { items, next }))
}

/// Shows one module, with a page of its articles.
#[utoipa::path(get, path = "/api/v1/modules/{id}", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module."), Seek),
    responses((status = 200, description = "The module.", body = ModuleReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Query(seek): Query<Seek>,
) -> Reply<Json<ModuleReply>> {
    let opened = app.access.open_module(&caller, id).await?;
    let reply = ModuleReply::of(&app, &caller, opened.module, &seek).await?;
    Ok(Json(reply))
}

/// Changes what a module says of itself.
#[utoipa::path(patch, path = "/api/v1/modules/{id}", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")),
    request_body = ModuleChangeRequest,
    responses((status = 200, description = "The module.", body = ModuleReply)))]
pub async fn change(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Json(given): Json<ModuleChangeRequest>,
) -> Reply<Json<ModuleReply>> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let change = ModuleChange {
        title: given.title,
        purpose: given.purpose,
        visibility: given.visibility,
        control: given.control,
        learners: given.learners,
        reason: given.reason,
    };
    let module = app.change_module(&steward, change).await?;
    let reply = ModuleReply::of(&app, &caller, module, &Seek::default()).await?;
    Ok(Json(reply))
}

/// The order that a module's articles shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
    /// Every article of the module, once.
    pub articles: Vec<ArticleId>,
}

/// Puts the articles of a module in order.
#[utoipa::path(put, path = "/api/v1/modules/{id}/order", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")), request_body = OrderRequest,
    responses((status = 204, description = "Done.")))]
pub async fn reorder(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Json(given): Json<OrderRequest>,
) -> Reply<StatusCode> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    app.modules.reorder(&steward, given.articles).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where an article of a module shall stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// The article to move.
    pub article: ArticleId,
    /// The article of the module that it shall stand after; left out, it comes first.
    pub after: Option<ArticleId>,
}

/// Moves one article of a module to another place in the order.
#[utoipa::path(patch, path = "/api/v1/modules/{id}/order", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")), request_body = MoveRequest,
    responses((status = 204, description = "Done.")))]
pub async fn move_article(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Json(given): Json<MoveRequest>,
) -> Reply<StatusCode> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    app.modules
        .move_after(&steward, given.article, given.after)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a member of a module may do there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRequest {
    /// The role in this module.
    pub role: Role,
}

/// Makes a person a member of a module, with a role there.
#[utoipa::path(put, path = "/api/v1/modules/{id}/members/{person}", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module."),
        ("person" = PersonId, Path, description = "The person.")),
    request_body = MemberRequest,
    responses((status = 204, description = "The person is a member.")))]
pub async fn add_member(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, person): Ids<ModuleId, PersonId>,
    Json(given): Json<MemberRequest>,
) -> Reply<StatusCode> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    app.modules.add_member(&steward, person, given.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a person's membership of a module away.
#[utoipa::path(delete, path = "/api/v1/modules/{id}/members/{person}", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module."),
        ("person" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "The person is no member.")))]
pub async fn remove_member(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, person): Ids<ModuleId, PersonId>,
) -> Reply<StatusCode> {
    let opened = app.access.open_module(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    app.modules.remove_member(&steward, person).await?;
    Ok(StatusCode::NO_CONTENT)
}
