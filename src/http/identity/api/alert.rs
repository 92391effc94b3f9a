//! Security alerts for administrators.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{AlertId, PersonId, Timestamp};
use lectern_identity::{Alert, AlertKind};

use crate::body::{Json, MaybeJson};
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// Something that an administrator must look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertReply {
    /// Its id.
    pub id: AlertId,
    /// What happened.
    pub kind: AlertKind,
    /// When.
    pub at: Timestamp,
    /// Whose account it is about.
    #[schema(required = true)]
    pub person: Option<PersonId>,
    /// The address that it came from.
    #[schema(required = true)]
    pub from: Option<String>,
}

impl From<Alert> for AlertReply {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id,
            kind: alert.kind,
            at: alert.at,
            person: alert.person,
            from: alert.from,
        }
    }
}

/// The alerts that nobody has settled.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertsReply {
    /// Newest first.
    pub items: Vec<AlertReply>,
}

/// Lists the alerts that nobody has settled.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "people",
    responses((status = 200, description = "The alerts.", body = AlertsReply)))]
pub async fn list(app: State, SignedIn(caller): SignedIn) -> Reply<Json<AlertsReply>> {
    let admin = caller.admin()?;
    let open = app.identity.open_alerts(&admin).await?;
    let items = open.into_iter().map(AlertReply::from).collect();
    Ok(Json(AlertsReply { items }))
}

/// What came of an alert.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// What came of it; it stands in the audit trail.
    pub note: Option<String>,
}

/// Settles an alert.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/settle", tag = "people",
    params(("id" = AlertId, Path, description = "The alert.")), request_body = SettleRequest,
    responses((status = 204, description = "Settled."),
        (status = 409, description = "Somebody else was faster.", body = crate::Problem)))]
pub async fn settle(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<AlertId>,
    MaybeJson(given): MaybeJson<SettleRequest>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.settle_alert(&admin, id, given.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
