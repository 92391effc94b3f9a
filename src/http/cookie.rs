//! The session cookie: `HttpOnly`, `SameSite=Lax`, and `Secure` behind TLS.

use axum::http::{HeaderMap, HeaderValue, header};

use lectern_app::App;
use lectern_base::Timestamp;
use lectern_identity::Opened;

/// The name of the cookie that holds a session's secret.
pub const SESSION: &str = "lectern_session";

/// The name of the cookie by which a browser is known again when somebody signs in.
pub const DEVICE: &str = "lectern_device";

/// The headers that give a browser its session, and make its device known.
pub fn open(app: &App, opened: &Opened) -> [HeaderValue; 2] {
    [
        set(app, &opened.secret, opened.expires_at),
        keep(app, DEVICE, &opened.device),
    ]
}

/// The header that gives a browser its session.
fn set(app: &App, secret: &str, until: Timestamp) -> HeaderValue {
    let seconds = until.since(app.clock.now()).as_secs();
    write(secret, seconds, app.config.is_behind_tls())
}

/// The header that takes the session back.
pub fn clear(app: &App) -> HeaderValue {
    write("", 0, app.config.is_behind_tls())
}

/// The header that makes a browser remember a choice of its reader for a year.
pub fn keep(app: &App, name: &str, value: &str) -> HeaderValue {
    named(name, value, 365 * 86_400, app.config.is_behind_tls())
}

fn write(secret: &str, seconds: u64, secure: bool) -> HeaderValue {
    named(SESSION, secret, seconds, secure)
}

fn named(name: &str, value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The value of one cookie of a request.
pub fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value.to_owned())
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
    fn scripts_and_other_sites_do_not_get_the_cookie() {
        let plain = write("abc", 60, false);
        assert_eq!(
            plain,
            "lectern_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        assert!(
            write("abc", 60, true)
                .to_str()
                .unwrap()
                .ends_with("; Secure")
        );
    }
}
