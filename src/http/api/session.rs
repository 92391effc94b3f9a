//! Sessions: sign in and out.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::body::Json;
use crate::http::cookie;
use crate::http::error::Reply;
use crate::http::extract::State;
use crate::identity::Caller;

use super::person::PersonReply;

/// What is needed to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The login name; its case does not matter.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Signs in: the reply sets the session cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", security(()),
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in; the cookie is set.", body = PersonReply),
        (status = 401, description = "The login or the password is wrong.", body = crate::http::Problem),
        (status = 429, description = "Too many attempts; see `Retry-After`.", body = crate::http::Problem)))]
pub async fn sign_in(
    app: State,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Json(given): Json<SignIn>,
) -> Reply<Response> {
    let from = from.ip().to_string();
    let opened = app
        .identity
        .sign_in(&given.login, &given.password, &from)
        .await?;
    let mut response = Json(PersonReply::own(&opened.person)).into_response();
    let set = cookie::set(&app, &opened.secret, opened.expires_at);
    response.headers_mut().insert(header::SET_COOKIE, set);
    Ok(response)
}

/// Signs out: the session ends on the server, and the cookie is taken back.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Signed out.")))]
pub async fn sign_out(app: State, caller: Caller) -> Reply<Response> {
    app.identity.sign_out(&caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(header::SET_COOKIE, cookie::clear(&app));
    Ok(response)
}
