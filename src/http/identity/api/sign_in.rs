//! The caller's own sign-ins.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use lectern_base::{SessionId, Timestamp};
use lectern_identity::{SignIn, SigningMethod};

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// A sign-in of the past.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInReply {
    /// The id of the session that it opened.
    pub id: SessionId,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub from: String,
    /// What the browser or program said it is.
    #[schema(required = true)]
    pub agent: Option<String>,
    /// How the caller proved who they are.
    pub method: SigningMethod,
    /// Whether it came from a device that was not known.
    pub new_device: bool,
}

impl From<SignIn> for SignInReply {
    fn from(sign_in: SignIn) -> Self {
        Self {
            id: sign_in.session,
            at: sign_in.at,
            from: sign_in.from,
            agent: sign_in.agent,
            method: sign_in.method,
            new_device: sign_in.new_device,
        }
    }
}

/// The caller's newest sign-ins.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInsReply {
    /// Newest first.
    pub items: Vec<SignInReply>,
}

/// Lists the caller's newest sign-ins.
#[utoipa::path(get, path = "/api/v1/me/sign-ins", tag = "people",
    responses((status = 200, description = "The sign-ins.", body = SignInsReply)))]
pub async fn list(app: State, SignedIn(caller): SignedIn) -> Reply<Json<SignInsReply>> {
    let found = app.identity.sign_ins(&caller).await?;
    let items = found.into_iter().map(SignInReply::from).collect();
    Ok(Json(SignInsReply { items }))
}

/// Says that a sign-in was not the caller's: other sessions end, administrators are alerted, and
/// the password must be changed.
#[utoipa::path(post, path = "/api/v1/me/sign-ins/{id}/report", tag = "people",
    params(("id" = SessionId, Path, description = "The sign-in.")),
    responses((status = 204, description = "Reported.")))]
pub async fn report(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<SessionId>,
) -> Reply<StatusCode> {
    app.identity.report_sign_in(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
