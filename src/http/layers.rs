//! Middleware that every request and reply passes.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use url::Url;
use uuid::Uuid;

use lectern_app::App;
use lectern_config::Config;

use crate::body::BodyLimit;
use crate::page::layout::Frame;
use crate::page::visit::frame_after_problem;
use crate::problem::Problem;
use crate::quota::{ChangeQuota, changes};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The settings of the middleware.
#[derive(Debug, Clone)]
pub struct RequestPolicy {
    /// The public address, if a proxy stands before the server.
    pub public_url: Option<Url>,
    /// The names of the server besides, in lower case.
    pub hosts: Vec<String>,
    /// The sustained number of changes that one person may make per second.
    pub changes_per_s: u32,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How long a request may take before it is answered with 503.
    pub request_timeout: Duration,
}

impl RequestPolicy {
    /// Takes the settings from the configuration.
    pub fn of(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            hosts: config
                .http
                .hosts
                .iter()
                .map(|host| host.to_lowercase())
                .collect(),
            changes_per_s: config.http.changes_per_s,
            body_limit: config.http.body_limit,
            request_timeout: Duration::from_secs(config.http.request_timeout_s),
        }
    }
}

/// Wraps the routes; the first layer is the innermost.
pub fn around(routes: Router, policy: RequestPolicy, app: Arc<App>) -> Router {
    let policy = Arc::new(policy);
    routes
        .layer(DefaultBodyLimit::max(policy.body_limit))
        .layer(Extension(BodyLimit(policy.body_limit)))
        .layer(Extension(Arc::new(ChangeQuota::new(policy.changes_per_s))))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(policy.clone(), limit_time))
        .layer(middleware::from_fn_with_state(
            policy.clone(),
            refuse_other_sites,
        ))
        .layer(middleware::from_fn_with_state(
            policy.clone(),
            check_address,
        ))
        .layer(middleware::from_fn_with_state(app, present_problems))
        .layer(middleware::from_fn_with_state(policy, secure_headers))
        .layer(CompressionLayer::new().compress_when(not_packed()))
        .layer(middleware::from_fn(trace))
}

/// Excludes ZIP files, which are compressed already.
fn not_packed() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/zip"))
}

/// Turns a problem into a page when a browser asks for one.
///
/// A missing session redirects to the sign-in page, which leads back here.
pub async fn present_problems(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    if !wants_page(&request) {
        return next.run(request).await;
    }
    let asked = head_of(&request);
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    if problem.code() == StatusCode::UNAUTHORIZED {
        let address = asked.uri.path_and_query();
        let address = address.filter(|_| asked.method == Method::GET);
        return super::page::to_sign_in(address.map_or("/", |address| address.as_str()));
    }
    let frame = match problem.code().is_server_error() {
        // Looking the account up may be what failed.
        true => Frame {
            organisation: "Lectern".to_owned(),
            ..Frame::default()
        },
        false => frame_after_problem(&app, asked).await,
    };
    let mut page = super::page::problem(&problem, frame);
    *page.status_mut() = problem.code();
    if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    page
}

/// Copies what a page needs to know of a request, which is read without doing anything again.
fn head_of(request: &Request) -> Parts {
    let mut head = Request::new(Body::empty()).into_parts().0;
    head.method = request.method().clone();
    head.uri = request.uri().clone();
    head.headers = request.headers().clone();
    head
}

fn wants_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_interface = [
        "/api/", "/collab/", "/assets/", "/healthz", "/readyz", "/metrics",
    ]
    .iter()
    .any(|start| path.starts_with(start));
    let accepted = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    !is_interface && accepted.is_none_or(|kinds| kinds.contains("text/html") || kinds == "*/*")
}

/// The longest path with its query, in bytes.
const LONGEST_ADDRESS: usize = 8_000;

/// Rejects addresses that are too long, and requests for other hosts: a page whose name an attacker
/// points at this server (DNS rebinding) would be of the same origin.
async fn check_address(
    State(policy): State<Arc<RequestPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    let address = request.uri().path_and_query();
    if address.is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        let detail = "This address is too long.";
        return Problem::new(StatusCode::URI_TOO_LONG, detail).into_response();
    }
    let host = request.headers().get(header::HOST);
    let is_known = |host: &HeaderValue| host.to_str().is_ok_and(|host| policy.is_known(host));
    if !host.is_none_or(is_known) {
        let detail = "This server has another name. Its operator can add this one to the settings.";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response();
    }
    next.run(request).await
}

impl RequestPolicy {
    /// Tells whether people may reach the server by a host name, given with its port.
    fn is_known(&self, host: &str) -> bool {
        let public = self.public_url.as_ref().and_then(Url::host_str);
        if public.is_none() && self.hosts.is_empty() {
            return true;
        }
        let without_port = host.rsplit_once(':').map(|(name, port)| {
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            if is_port { name } else { host }
        });
        let name = without_port.unwrap_or(host).to_ascii_lowercase();
        let name = name.trim_end_matches('.');
        let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        // Names without a dot exist within a network only, as those of containers.
        is_address || !name.contains('.') || public == Some(name) || self.is_listed(name)
    }

    fn is_listed(&self, name: &str) -> bool {
        self.hosts.iter().any(|host| host == name)
    }
}

/// Rejects cross-site changes and sockets (CSRF).
///
/// Browsers send `Sec-Fetch-Site`, older ones at least `Origin`; what is sent must fit, whatever other
/// headers there are. A request without either is no browser's, so nobody tricked it into sending a
/// cookie.
async fn refuse_other_sites(
    State(policy): State<Arc<RequestPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let guarded = changes(request.method()) || headers.contains_key(header::UPGRADE);
    if guarded && !same_site(headers, &policy) {
        let detail = "This request came from another site, so nothing was done.";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    next.run(request).await
}

fn same_site(headers: &HeaderMap, policy: &RequestPolicy) -> bool {
    let mut sites = headers.get_all(FETCH_SITE).iter();
    if !sites.all(|site| site == "same-origin" || site == "none") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else {
        return false;
    };
    let asked = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let at_host = asked.is_some_and(|asked| authority(&origin).as_deref() == Some(asked));
    at_host
        || policy
            .public_url
            .as_ref()
            .is_some_and(|url| url.origin() == origin.origin())
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

/// Returns the time that a body takes at 64 KiB a second.
fn time_to_send(headers: &HeaderMap) -> Duration {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    Duration::from_secs(length.unwrap_or(0) >> 16).min(LONGEST_SENDING)
}

async fn limit_time(
    State(policy): State<Arc<RequestPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    let time = policy.request_timeout + time_to_send(request.headers());
    let reply = tokio::time::timeout(time, next.run(request)).await;
    reply.unwrap_or_else(|_| {
        let detail = "The answer took too long. Try again in a moment.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            .retry_after(crate::error::RETRY_AFTER_S)
            .into_response()
    })
}

async fn secure_headers(
    State(policy): State<Arc<RequestPolicy>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let content = content_policy(host.as_ref().and_then(|host| host.to_str().ok()));
    if let Ok(content) = HeaderValue::from_str(&content) {
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(content);
    }
    for (name, value) in FIXED_HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if policy
        .public_url
        .as_ref()
        .is_some_and(|url| url.scheme() == "https")
    {
        let year = HeaderValue::from_static("max-age=31536000");
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(year);
    }
    response
}

/// The most time granted to a body.
const LONGEST_SENDING: Duration = Duration::from_secs(600);

const FIXED_HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "private, no-store"),
];

/// Names the host, too, since `'self'` covers WebSockets in recent browsers only.
fn content_policy(host: Option<&str>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let sockets = host
        .filter(|host| !host.is_empty() && host.chars().all(plain))
        .map(|host| format!(" ws://{host} wss://{host}"))
        .unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; \
         connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    )
}

/// Gives each request an id and logs it, without query, body or tokens.
async fn trace(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let value = HeaderValue::from_str(&id).ok();
    if let Some(value) = value.clone() {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let (method, path) = (
        request.method().clone(),
        without_secret(request.uri().path()),
    );
    // Never the path itself, of which strangers can make as many as they like.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let begun = std::time::Instant::now();
    let mut response = next.run(request).await;
    let (status, duration) = (response.status(), begun.elapsed());
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, path, status = status.as_u16(), duration_ms, "Answered a request");
    let labels = [
        ("method", known_method(&method).to_owned()),
        ("route", route),
        ("status", status.as_u16().to_string()),
    ];
    metrics::counter!("lectern_http_requests_total", &labels).increment(1);
    metrics::histogram!("lectern_http_request_seconds").record(duration.as_secs_f64());
    if let Some(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Returns a method for a label; strangers can invent methods.
fn known_method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let found = known.into_iter().find(|known| method == known);
    found.unwrap_or("other")
}

/// Hides the name of an event line, which is a secret.
fn without_secret(path: &str) -> String {
    match path.split_once("/events/") {
        Some((before, _)) => format!("{before}/events/…"),
        None => path.to_owned(),
    }
}

fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(cause = text, "A handler panicked; this is a bug");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, crate::error::BROKEN).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> RequestPolicy {
        RequestPolicy {
            public_url: Url::parse("https://wiki.example.org").ok(),
            hosts: vec!["docs.example.org".into()],
            changes_per_s: 20,
            body_limit: 1024,
            request_timeout: Duration::from_secs(5),
        }
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(n, v)| (n.clone(), HeaderValue::from_str(v).unwrap()))
            .collect()
    }

    #[test]
    fn a_cross_site_request_is_recognised() {
        let cases = [
            (headers(&[(FETCH_SITE, "same-origin")]), true),
            (headers(&[(FETCH_SITE, "none")]), true),
            (headers(&[(FETCH_SITE, "cross-site")]), false),
            (headers(&[(FETCH_SITE, "same-site")]), false),
            (
                headers(&[(header::ORIGIN, "http://a.test"), (header::HOST, "a.test")]),
                true,
            ),
            (
                headers(&[(header::ORIGIN, "http://b.test"), (header::HOST, "a.test")]),
                false,
            ),
            (
                headers(&[
                    (header::ORIGIN, "http://a.test:81"),
                    (header::HOST, "a.test"),
                ]),
                false,
            ),
            (
                headers(&[(header::ORIGIN, "https://wiki.example.org")]),
                true,
            ),
            (
                headers(&[(header::ORIGIN, "null"), (header::HOST, "a.test")]),
                false,
            ),
            (headers(&[(header::HOST, "a.test")]), true),
            (
                headers(&[
                    (FETCH_SITE, "same-origin"),
                    (header::ORIGIN, "http://b.test"),
                    (header::HOST, "a.test"),
                ]),
                false,
            ),
            (
                headers(&[
                    (FETCH_SITE, "cross-site"),
                    (header::AUTHORIZATION, "Basic YTpi"),
                ]),
                false,
            ),
        ];
        for (given, allowed) in cases {
            assert_eq!(same_site(&given, &policy()), allowed, "{given:?}");
        }
    }

    #[test]
    fn only_known_hosts_are_answered() {
        for known in [
            "wiki.example.org",
            "WIKI.example.org.:443",
            "docs.example.org:8080",
            "localhost:8080",
            "127.0.0.1",
            "[::1]:8080",
            "lectern:8080",
        ] {
            assert!(policy().is_known(known), "{known}");
        }
        for unknown in [
            "evil.example",
            "wiki.example.org.evil.example",
            "a.b:80",
            "1.2.3.4.evil",
        ] {
            assert!(!policy().is_known(unknown), "{unknown}");
        }
        let open = RequestPolicy {
            public_url: None,
            hosts: Vec::new(),
            ..policy()
        };
        assert!(open.is_known("anything.example"));
    }

    #[test]
    fn the_secret_name_of_an_event_line_is_not_logged() {
        assert_eq!(
            without_secret("/collab/1/events/0f1e"),
            "/collab/1/events/…"
        );
        assert_eq!(without_secret("/collab/1/events"), "/collab/1/events");
    }

    #[test]
    fn the_content_policy_names_our_sockets_and_no_injected_source() {
        let policy = content_policy(Some("127.0.0.1:8080"));
        assert!(policy.contains("connect-src 'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080;"));
        assert!(!policy.contains("unsafe"));
        assert!(content_policy(Some("a; script-src *")).contains("connect-src 'self';"));
    }
}
