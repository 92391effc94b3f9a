//! Tokens for programs that act for the caller.

use std::time::Duration;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{Timestamp, TokenId};
use lectern_identity::{TokenInfo, TokenScope, TokenTerms};

use crate::body::Json;
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// A day in seconds.
const DAY: u64 = 24 * 60 * 60;

/// A token to be created.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What the token is for, in the owner's words.
    pub label: String,
    /// After how many days it stops working: 1 to 366, 90 when left out.
    #[serde(default = "usual_days")]
    pub expires_in_days: u64,
    /// What the token may be used for; `write` when left out.
    #[serde(default)]
    pub scope: TokenScope,
    /// The caller's password, asked for again.
    pub password: String,
    /// A code of the caller's second factor, where one is set.
    pub code: Option<String>,
}

fn usual_days() -> u64 {
    90
}

/// A token just created. It is shown this one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenReply {
    /// Its id, by which it can be revoked.
    pub id: TokenId,
    /// The secret, for the `Authorization: Bearer` header.
    pub token: String,
}

/// What is known of a token; the secret is not.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenReply {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub label: String,
    /// What it may be used for.
    pub scope: TokenScope,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl From<TokenInfo> for TokenReply {
    fn from(token: TokenInfo) -> Self {
        Self {
            id: token.id,
            label: token.label,
            scope: token.scope,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// The caller's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenList {
    /// The tokens that still work.
    pub items: Vec<TokenReply>,
}

/// Creates a token for the caller, who is signed in and gives the password again. No token decides,
/// signs, delegates or makes tokens.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = TokenRequest,
    responses((status = 201, description = "The token, shown once.", body = NewTokenReply),
        (status = 401, description = "The password or the code is wrong.", body = crate::Problem)))]
pub async fn create(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<TokenRequest>,
) -> Reply<Created<NewTokenReply>> {
    let lasts = Duration::from_secs(given.expires_in_days.clamp(1, 366) * DAY);
    let terms = TokenTerms {
        label: given.label,
        lasts,
        scope: given.scope,
    };
    let (id, token) = app
        .identity
        .create_token(&caller, terms, &given.password, given.code.as_deref())
        .await?;
    let at = format!("/api/v1/tokens/{id}");
    Ok(Created {
        at,
        body: NewTokenReply { id, token },
    })
}

/// Lists the caller's tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens",
    responses((status = 200, description = "The tokens.", body = TokenList)))]
pub async fn list(app: State, SignedIn(caller): SignedIn) -> Reply<Json<TokenList>> {
    let tokens = app.identity.tokens(&caller).await?;
    let items = tokens.into_iter().map(TokenReply::from).collect();
    Ok(Json(TokenList { items }))
}

/// Revokes a token of the caller.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens",
    params(("id" = TokenId, Path, description = "The token.")),
    responses((status = 204, description = "The token no longer works.")))]
pub async fn revoke(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<TokenId>,
) -> Reply<StatusCode> {
    app.identity.revoke_token(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
