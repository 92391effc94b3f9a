//! Extractors: the caller and the path, validated before a handler runs.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use lectern_app::App;
use lectern_identity::{Caller, Origin};

use crate::client_address::client_address;
use crate::cookie;
use crate::error::HttpError;
use crate::quota;

/// The state that handlers extract.
pub type State = axum::extract::State<Arc<App>>;

/// A caller whose password need not be changed first.
pub struct SignedIn(pub Caller);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let Entrant(caller) = Entrant::from_request_parts(parts, app).await?;
        Ok(Self(caller.ready()?))
    }
}

impl OptionalFromRequestParts<Arc<App>> for SignedIn {
    type Rejection = HttpError;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Option<Self>, HttpError> {
        let caller = caller_of(&parts.headers, app).await;
        if let Some(caller) = &caller {
            quota::count(parts, caller.id())?;
            if !parts.method.is_safe() {
                caller.writes()?;
            }
        }
        Ok(caller.map(Caller::ready).transpose()?.map(Self))
    }
}

/// A caller who may have to change their password first.
pub struct Entrant(pub Caller);

impl FromRequestParts<Arc<App>> for Entrant {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let caller = caller_of(&parts.headers, app).await;
        let caller = caller.ok_or_else(HttpError::not_signed_in)?;
        quota::count(parts, caller.id())?;
        if !parts.method.is_safe() {
            caller.writes()?;
        }
        Ok(Self(caller))
    }
}

/// The most characters of a browser's description of itself that are looked at.
const LONGEST_AGENT: usize = 300;

/// The origin of a sign-in: address, browser, and device if known.
pub struct ClientOrigin(pub Origin);

impl FromRequestParts<Arc<App>> for ClientOrigin {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let connected = ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await;
        let ConnectInfo(from) = connected.map_err(|cause| HttpError::internal(&cause))?;
        let agent = parts.headers.get(header::USER_AGENT);
        let is_trusted = |address| app.config.is_trusted_proxy(address);
        Ok(Self(Origin {
            address: client_address(from.ip(), &parts.headers, is_trusted).to_string(),
            agent: agent
                .and_then(|value| value.to_str().ok())
                .map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
            device: cookie::find(&parts.headers, cookie::DEVICE),
        }))
    }
}

/// Finds the caller by bearer token or session cookie.
pub async fn caller_of(headers: &HeaderMap, app: &App) -> Option<Caller> {
    match bearer(headers) {
        Some(token) => app.identity.caller_by_token(token).await,
        None => {
            app.identity
                .caller_by_session(&cookie::find(headers, cookie::SESSION)?)
                .await
        }
    }
}

/// Returns the bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The id in the path; an invalid one gives 404.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<Arc<App>> for Id<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let found = path_parts(parts, app).await;
        let first = found.first().and_then(|text| text.parse().ok());
        first
            .map(Self)
            .ok_or_else(|| HttpError::not_found("address"))
    }
}

/// Two path parameters, such as an article and a section's key.
#[derive(Debug, Clone, Copy)]
pub struct Ids<T, U>(pub T, pub U);

impl<T: FromStr + Send, U: FromStr + Send> FromRequestParts<Arc<App>> for Ids<T, U> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let found = path_parts(parts, app).await;
        let first = found.first().and_then(|text| text.parse().ok());
        let second = found.get(1).and_then(|text| text.parse().ok());
        let both = first.zip(second).map(|(first, second)| Self(first, second));
        both.ok_or_else(|| HttpError::not_found("address"))
    }
}

async fn path_parts(parts: &mut Parts, app: &Arc<App>) -> Vec<String> {
    let found = RawPathParams::from_request_parts(parts, app).await;
    found.map_or_else(
        |_| Vec::new(),
        |found| found.iter().map(|(_, value)| value.to_owned()).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        let pairs = values
            .iter()
            .map(|value| (name.clone(), HeaderValue::from_str(value)));
        pairs.map(|(name, value)| (name, value.unwrap())).collect()
    }

    #[test]
    fn the_bearer_scheme_is_case_insensitive() {
        assert_eq!(
            bearer(&headers(header::AUTHORIZATION, &["bearer lct_x"])),
            Some("lct_x")
        );
        assert_eq!(
            bearer(&headers(header::AUTHORIZATION, &["Basic abc"])),
            None
        );
    }
}
