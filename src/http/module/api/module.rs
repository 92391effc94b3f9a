//! Modules: ordered collections of articles with members.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};
use lectern_identity::Role;
use lectern_module::{Control, Learners, Module, ModuleChange, NewModule, Visibility};

use crate::body::Json;
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
    /// Its articles in order, as far as the caller may know of them.
    pub articles: Vec<ArticleId>,
    /// Who created it.
    pub created_by: PersonId,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ModuleReply {
    fn of(module: Module, articles: Vec<ArticleId>) -> Self {
        Self {
            id: module.id,
            slug: module.slug,
            title: module.title,
            purpose: module.purpose,
            visibility: module.visibility,
            control: module.control,
            learners: module.learners,
            articles,
            created_by: module.created_by,
            created_at: module.created_at,
        }
    }
}

/// All modules that the caller can see.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModuleList {
    /// The modules by title.
    pub items: Vec<ModuleReply>,
}

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
    Ok(Created {
        at,
        body: ModuleReply::of(module, Vec::new()),
    })
}

/// Lists the modules that the caller can see.
#[utoipa::path(get, path = "/api/v1/modules", tag = "modules",
    responses((status = 200, description = "The modules.", body = ModuleList)))]
pub async fn list(app: State, SignedIn(caller): SignedIn) -> Reply<Json<ModuleList>> {
    let mut items = Vec::new();
    for module in app.modules.visible_to(&caller).await? {
        let articles = app.access.articles_shown(&caller, &module).await?;
        let ids = articles.into_iter().map(|article| article.id).collect();
        items.push(ModuleReply::of(module, ids));
    }
    Ok(Json(ModuleList { items }))
}

/// Shows one module.
#[utoipa::path(get, path = "/api/v1/modules/{id}", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")),
    responses((status = 200, description = "The module.", body = ModuleReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
) -> Reply<Json<ModuleReply>> {
    let opened = app.access.open_module(&caller, id).await?;
    let articles = app.access.articles_shown(&caller, &opened.module).await?;
    let ids = articles.into_iter().map(|article| article.id).collect();
    Ok(Json(ModuleReply::of(opened.module, ids)))
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
    app.change_module(&steward, change).await?;
    show(app, SignedIn(caller), Id(id)).await
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
