//! Reading bodies and queries: what does not fit is answered by naming the field.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;

use lectern_app::App;

use crate::error::HttpError;
use crate::problem::Problem;

/// The body limit of the server, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// The body limit of some routes, in bytes, in place of the server's.
#[derive(Debug, Clone, Copy)]
pub struct RouteBodyLimit(pub fn(&App) -> usize);

/// How much of a body that is too large is read and thrown away, so that the sender gets to read
/// the answer instead of a broken connection.
const DRAINED: usize = 16 * 1024 * 1024;

/// JSON in, JSON out.
///
/// Another content type gives 415; malformed JSON, a wrong type or an unknown field gives 422
/// naming the field; a body over the limit gives 413 naming the limit.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        if !content_type(&request).is_some_and(|kind| is_json(&kind)) {
            return Err(wrong_type("application/json"));
        }
        let bytes = read(request, app).await?;
        parse_json(&bytes).map(Json)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// JSON when the request has a body; the default of `T` when it has none.
#[derive(Debug, Clone, Copy)]
pub struct MaybeJson<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Arc<App>> for MaybeJson<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        let kind = content_type(&request);
        let bytes = read(request, app).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !kind.is_some_and(|kind| is_json(&kind)) {
            return Err(wrong_type("application/json"));
        }
        parse_json(&bytes).map(Self)
    }
}

/// The query of an address; what does not fit gives 422 naming the field.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, HttpError> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query
            .map(|query| Self(query.0))
            .map_err(|cause| explain_query(&cause.to_string()))
    }
}

/// A text body and its content type: Markdown or JSON, as the handler decides.
#[derive(Debug, Clone)]
pub struct TextBody {
    /// The media type without parameters, in lower case.
    pub kind: Option<String>,
    /// The bytes as they came.
    pub bytes: Bytes,
}

impl FromRequest<Arc<App>> for TextBody {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        let kind = content_type(&request);
        let bytes = read(request, app).await?;
        Ok(Self { kind, bytes })
    }
}

/// Reads JSON and names the field that does not fit.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source);
    let value = value.map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_syntax() || cause.is_eof() {
            return HttpError::invalid("body", format!("The body is no valid JSON: {cause}."));
        }
        explain(&path, &cause.to_string())
    })?;
    source.end().map_err(|cause| {
        HttpError::invalid("body", format!("The body is no valid JSON: {cause}."))
    })?;
    Ok(value)
}

/// The reply to a body of another content type.
pub fn wrong_type(expected: &str) -> HttpError {
    let detail = format!("Send the body as {expected}.");
    HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

async fn read(request: Request, app: &App) -> Result<Bytes, HttpError> {
    let limit = match request.extensions().get::<RouteBodyLimit>() {
        Some(RouteBodyLimit(of_route)) => of_route(app),
        None => {
            let general = request.extensions().get::<BodyLimit>();
            general.map_or(usize::MAX, |limit| limit.0)
        }
    };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|text| text.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit.saturating_add(DRAINED)) {
        return Err(HttpError::too_large(limit));
    }
    collect(request.into_body(), limit).await
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, HttpError> {
    let mut stream = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut length = 0usize;
    while let Some(chunk) = stream.next().await {
        let broken = |_| HttpError::invalid("body", "The body ended before it was complete.");
        let chunk = chunk.map_err(broken)?;
        length = length.saturating_add(chunk.len());
        if length <= limit {
            kept.extend_from_slice(&chunk);
        } else if length > limit.saturating_add(DRAINED) {
            break;
        }
    }
    if length > limit {
        Err(HttpError::too_large(limit))
    } else {
        Ok(kept.freeze())
    }
}

fn content_type(request: &Request) -> Option<String> {
    let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or(value);
    Some(kind.trim().to_ascii_lowercase())
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

fn explain_query(cause: &str) -> HttpError {
    let (path, cause) = cause
        .strip_prefix("Failed to deserialize query string: ")
        .unwrap_or(cause)
        .split_once(": ")
        .unwrap_or(("", cause));
    explain(path, cause)
}

/// Names the field: the quoted one of an “unknown field” or “missing field”, else the path.
fn explain(path: &str, cause: &str) -> HttpError {
    let path = if path == "." { "" } else { path };
    let sentence = cause.split(" at line ").next().unwrap_or(cause);
    let quoted = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| sentence.strip_prefix(start)?.split('`').next());
    let field = match quoted {
        Some(name) if path.is_empty() || path.rsplit('.').next() == Some(name) => {
            if path.is_empty() {
                name.to_owned()
            } else {
                path.to_owned()
            }
        }
        Some(name) => format!("{path}.{name}"),
        None if path.is_empty() => "body".to_owned(),
        None => path.to_owned(),
    };
    let detail = format!("“{field}” is not accepted: {sentence}.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        .field(field)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        title: String,
        #[allow(dead_code)]
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code)]
        count: u32,
    }

    fn field_of(json: &str) -> Option<String> {
        let error = parse_json::<Sample>(json.as_bytes()).unwrap_err();
        assert_eq!(error.problem().status, 422);
        error.problem().field.clone()
    }

    #[test]
    fn the_field_that_does_not_fit_is_named() {
        assert_eq!(field_of("{}").as_deref(), Some("title"));
        assert_eq!(field_of(r#"{"title": 3}"#).as_deref(), Some("title"));
        assert_eq!(
            field_of(r#"{"title": "a", "colour": 1}"#).as_deref(),
            Some("colour")
        );
        let deep = r#"{"title": "a", "inner": [{"count": "x"}]}"#;
        assert_eq!(field_of(deep).as_deref(), Some("inner[0].count"));
        assert_eq!(field_of("{\"title\": ").as_deref(), Some("body"));
        assert_eq!(field_of("[]").as_deref(), Some("body"));
        assert_eq!(
            field_of("{\"title\": \"a\"} trailing").as_deref(),
            Some("body")
        );
    }

    #[tokio::test]
    async fn a_body_over_the_limit_names_the_limit() {
        let error = collect(Body::from(vec![b'x'; 11]), 10).await.unwrap_err();
        assert_eq!(error.problem().status, 413);
        assert_eq!(error.problem().limit, Some(10));
        assert_eq!(
            collect(Body::from("0123456789"), 10).await.unwrap(),
            "0123456789"
        );
    }

    #[test]
    fn a_query_names_its_field_too() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wanted {
            #[allow(dead_code)]
            limit: Option<u32>,
        }
        let read = |uri: &str| {
            axum::extract::Query::<Wanted>::try_from_uri(&uri.parse().unwrap())
                .map_err(|cause| explain_query(&cause.to_string()))
        };
        assert!(read("/?limit=3").is_ok());
        let wrong = read("/?limit=many").unwrap_err();
        assert_eq!(wrong.problem().field.as_deref(), Some("limit"));
        let unknown = read("/?size=3").unwrap_err();
        assert_eq!(unknown.problem().field.as_deref(), Some("size"));
    }
}
