//! The caller's own record.

use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Entrant, State};

use crate::identity::api::person::PersonReply;

/// Shows who is signed in.
#[utoipa::path(get, path = "/api/v1/me", tag = "people",
    responses((status = 200, description = "The caller.", body = PersonReply)))]
pub async fn show(Entrant(caller): Entrant) -> Json<PersonReply> {
    Json(PersonReply::own(caller.person()))
}

/// A change of the caller's password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The password until now.
    pub old: String,
    /// The new password.
    pub new: String,
}

/// Changes the caller's password; other sessions of the caller end.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "people", request_body = PasswordRequest,
    responses((status = 204, description = "Changed."),
        (status = 401, description = "The old password is wrong.", body = crate::Problem)))]
pub async fn change_password(
    app: State,
    Entrant(caller): Entrant,
    Json(given): Json<PasswordRequest>,
) -> Reply<StatusCode> {
    app.identity
        .change_password(&caller, &given.old, &given.new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
