//! The caller's second factor: time-based codes (RFC 6238).

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::Timestamp;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{SignedIn, State};

/// A secret for an authenticator app.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentReply {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    pub address: String,
}

/// What proves that the app has the secret, or that the caller still has the app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofRequest {
    /// The caller's password.
    pub password: String,
    /// The code that the app shows.
    pub code: String,
}

/// The recovery codes: each works once in place of a code. They are shown this one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryReply {
    /// The codes.
    pub recovery_codes: Vec<String>,
}

/// The caller's second factor.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactorReply {
    /// Since when it is asked for; null when there is none.
    #[schema(required = true)]
    pub since: Option<Timestamp>,
    /// How many recovery codes are left.
    pub recovery_left: usize,
}

/// Shows whether the caller has a second factor.
#[utoipa::path(get, path = "/api/v1/me/second-factor", tag = "people",
    responses((status = 200, description = "The second factor.", body = SecondFactorReply)))]
pub async fn show(app: State, SignedIn(caller): SignedIn) -> Reply<Json<SecondFactorReply>> {
    let found = app.identity.second_factor(caller.id()).await?;
    Ok(Json(SecondFactorReply {
        since: found.map(|second| second.since),
        recovery_left: found.map_or(0, |second| second.recovery_left),
    }))
}

/// Makes a secret; nothing is asked for until a code of it was given.
#[utoipa::path(post, path = "/api/v1/me/second-factor", tag = "people",
    responses((status = 200, description = "The secret.", body = EnrolmentReply),
        (status = 409, description = "There is a second factor.", body = crate::Problem)))]
pub async fn begin(app: State, SignedIn(caller): SignedIn) -> Reply<Json<EnrolmentReply>> {
    let begun = app.identity.begin_second_factor(&caller).await?;
    Ok(Json(EnrolmentReply {
        secret: begun.secret,
        address: begun.address,
    }))
}

/// Sets the second factor; from now on it is asked for at signing in and at every signature.
#[utoipa::path(put, path = "/api/v1/me/second-factor", tag = "people",
    request_body = ProofRequest,
    responses((status = 200, description = "Set.", body = RecoveryReply),
        (status = 401, description = "The password is wrong.", body = crate::Problem),
        (status = 422, description = "The code is wrong.", body = crate::Problem)))]
pub async fn confirm(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<ProofRequest>,
) -> Reply<Json<RecoveryReply>> {
    let codes = app
        .identity
        .confirm_second_factor(&caller, &given.password, &given.code)
        .await?;
    Ok(Json(RecoveryReply {
        recovery_codes: codes,
    }))
}

/// Takes the caller's second factor away.
#[utoipa::path(post, path = "/api/v1/me/second-factor/remove", tag = "people",
    request_body = ProofRequest,
    responses((status = 204, description = "Removed."),
        (status = 401, description = "The password or the code is wrong.", body = crate::Problem),
        (status = 409, description = "There is no second factor.", body = crate::Problem)))]
pub async fn remove(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<ProofRequest>,
) -> Reply<StatusCode> {
    app.identity
        .drop_second_factor(&caller, &given.password, &given.code)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
