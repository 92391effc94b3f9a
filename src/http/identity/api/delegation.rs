//! Delegations: a reviewer's right to decide, lent for a time.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{DelegationId, ModuleId, PersonId, Timestamp};
use lectern_identity::{Delegation, NewDelegation};

use crate::body::Json;
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// A delegation to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// Who shall stand in for the caller.
    pub to: PersonId,
    /// Where; everywhere the caller reviews when left out.
    pub module: Option<ModuleId>,
    /// Since when; at once when left out.
    pub starts: Option<Timestamp>,
    /// The first moment at which it holds no longer; at most 366 days after it starts.
    pub ends: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// The caller's delegations, newest first; those that are over are on record too.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelegationList {
    /// Those that the caller gave.
    pub given: Vec<Delegation>,
    /// Those that the caller got.
    pub got: Vec<Delegation>,
}

/// Lists the caller's delegations.
#[utoipa::path(get, path = "/api/v1/me/delegations", tag = "people",
    responses((status = 200, description = "The delegations.", body = DelegationList)))]
pub async fn list(app: State, SignedIn(caller): SignedIn) -> Reply<Json<DelegationList>> {
    let (given, got) = app.identity.delegations(caller.id()).await?;
    Ok(Json(DelegationList { given, got }))
}

/// Hands the caller's right to decide on reviews over to somebody else, for a time.
#[utoipa::path(post, path = "/api/v1/me/delegations", tag = "people",
    request_body = DelegationRequest,
    responses((status = 201, description = "The delegation.", body = Delegation)))]
pub async fn give(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<DelegationRequest>,
) -> Reply<Created<Delegation>> {
    let new = NewDelegation {
        to: given.to,
        module: given.module,
        starts: given.starts.unwrap_or_else(|| app.clock.now()),
        ends: given.ends,
        reason: given.reason,
    };
    let delegation = app.delegations.delegate(&caller, new).await?;
    Ok(Created {
        at: format!("/api/v1/me/delegations/{}", delegation.id),
        body: delegation,
    })
}

/// Ends a delegation that the caller gave or got.
#[utoipa::path(delete, path = "/api/v1/me/delegations/{id}", tag = "people",
    params(("id" = DelegationId, Path, description = "The delegation.")),
    responses((status = 204, description = "It holds no longer.")))]
pub async fn end(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<DelegationId>,
) -> Reply<StatusCode> {
    app.identity.end_delegation(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
