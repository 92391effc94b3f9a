//! Review rules of a module.

use serde::Deserialize;
use utoipa::ToSchema;

use lectern_base::ModuleId;
use lectern_review::ModuleRules;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// Other rules, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleRulesRequest {
    /// All of the rules as they shall be; what is left out is left to the templates.
    pub rules: ModuleRules,
    /// Why they are changed.
    pub reason: String,
}

/// Shows what a module asks of the reviews of its articles, over what their templates ask.
#[utoipa::path(get, path = "/api/v1/modules/{id}/rules", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")),
    responses((status = 200, description = "The rules.", body = ModuleRules)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
) -> Reply<Json<ModuleRules>> {
    let opened = app.access.open_module(&caller, id).await?;
    caller.editor(&opened.place)?;
    Ok(Json(app.reviews.module_rules(id).await?))
}

/// Changes what a module asks of the reviews that are requested from now on.
#[utoipa::path(put, path = "/api/v1/modules/{id}/rules", tag = "modules",
    params(("id" = ModuleId, Path, description = "The module.")),
    request_body = ModuleRulesRequest,
    responses((status = 200, description = "The rules.", body = ModuleRules)))]
pub async fn change(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ModuleId>,
    Json(given): Json<ModuleRulesRequest>,
) -> Reply<Json<ModuleRules>> {
    let opened = app.access.open_module(&caller, id).await?;
    let reviewer = caller.reviewer(&opened.place)?;
    let rules = app
        .reviews
        .set_module_rules(&reviewer, given.rules, &given.reason)
        .await?;
    Ok(Json(rules))
}
