//! Sessions: sign in and out.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::Json;
use crate::cookie;
use crate::error::Reply;
use crate::extract::{ClientOrigin, Entrant, State};

use crate::identity::api::person::PersonReply;

/// What is needed to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login name; its case does not matter.
    pub login: String,
    /// The password.
    pub password: String,
    /// The code of the second factor, or a recovery code, where one is set.
    pub code: Option<String>,
}

/// Who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionReply {
    /// The person.
    #[serde(flatten)]
    pub person: PersonReply,
    /// Whether a new password must be chosen (`PUT /api/v1/me/password`) before anything else.
    pub must_change_password: bool,
}

/// Signs in: the reply sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", security(()),
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in; the cookie is set.", body = SessionReply),
        (status = 401, description = "The login or the password is wrong; or, with `field` \
            `code`, a code is needed or wrong.", body = crate::Problem),
        (status = 403, description = "The account is locked.", body = crate::Problem),
        (status = 429, description = "Too many attempts; see `Retry-After`.", body = crate::Problem)))]
pub async fn sign_in(
    app: State,
    ClientOrigin(from): ClientOrigin,
    Json(given): Json<SignIn>,
) -> Reply<Response> {
    let code = given.code.as_deref();
    let opened = app
        .identity
        .sign_in_with(&given.login, &given.password, code, from)
        .await?;
    let reply = SessionReply {
        must_change_password: opened.must_change_password,
        person: PersonReply::own(&opened.person),
    };
    let mut response = Json(reply).into_response();
    for cookie in cookie::open(&app, &opened) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Signs out: the session ends on the server, and the cookie is taken back.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Signed out.")))]
pub async fn sign_out(app: State, Entrant(caller): Entrant) -> Reply<Response> {
    app.identity.sign_out(&caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, cookie::clear(&app));
    Ok(response)
}
