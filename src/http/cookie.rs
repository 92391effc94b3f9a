//! Cookies: `HttpOnly`, `SameSite=Lax`, and `Secure` behind TLS.

use ::cookie::{Cookie, SameSite};
use axum::http::{HeaderMap, HeaderValue, header};
use time::Duration;

use lectern_app::App;
use lectern_identity::OpenedSession;

/// The cookie that holds a session's secret.
pub const SESSION: &str = "lectern_session";

/// The cookie by which a known browser is recognised at sign-in.
pub const DEVICE: &str = "lectern_device";

/// Returns the headers that give a browser its session and mark its device as known.
pub fn open(app: &App, opened: &OpenedSession) -> [HeaderValue; 2] {
    let seconds = opened.expires_at.since(app.clock.now()).as_secs();
    let lasts = Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    let secure = app.config.is_behind_tls();
    [
        set_cookie(SESSION, &opened.secret, lasts, secure),
        keep(app, DEVICE, &opened.device),
    ]
}

/// Returns the header that ends the browser's session.
pub fn clear(app: &App) -> HeaderValue {
    set_cookie(SESSION, "", Duration::ZERO, app.config.is_behind_tls())
}

/// Returns the header that makes a browser remember a value for a year.
pub fn keep(app: &App, name: &str, value: &str) -> HeaderValue {
    set_cookie(name, value, Duration::days(365), app.config.is_behind_tls())
}

fn set_cookie(name: &str, value: &str, lasts: Duration, secure: bool) -> HeaderValue {
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(lasts)
        .secure(secure);
    HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// Returns the value of a cookie that a request carries.
pub fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    let mut cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten();
    let found = cookies.find(|cookie| cookie.name() == name)?;
    Some(found.value().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_static("a=1; lectern_session=secret; b=2");
        headers.insert(header::COOKIE, value);
        assert_eq!(find(&headers, SESSION).as_deref(), Some("secret"));
        assert_eq!(find(&headers, "session"), None);
    }

    #[test]
    fn neither_scripts_nor_other_sites_get_a_cookie() {
        let plain = set_cookie(SESSION, "abc", Duration::seconds(60), false);
        assert_eq!(
            plain,
            "lectern_session=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"
        );
        let secure = set_cookie(SESSION, "abc", Duration::seconds(60), true);
        let secure = secure.to_str().unwrap();
        assert_eq!(
            secure,
            "lectern_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
    }
}
