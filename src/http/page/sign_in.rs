//! Signing in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::ConnectInfo;
use axum::http::header;
use axum::response::Response;

use super::form::{Again, Sent, go};
use super::layout::{self, Frame, render};
use super::view::Field;
use super::visit::{Guest, Visit};
use crate::app::App;
use crate::http::cookie;
use crate::http::error::Reply;
use crate::identity::Opened;

#[derive(Template, Default)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub login: Field,
    pub password: Field,
    pub next: String,
}

/// The sign-in page.
pub async fn show(guest: Guest) -> Reply<Response> {
    if guest.app.identity.needs_setup().await? {
        return Ok(go("/setup"));
    }
    let page = SignInPage {
        next: local(guest.asked.one("next")),
        frame: guest.frame,
        ..SignInPage::default()
    };
    Ok(layout::show(&page))
}

/// Signs in and leads back to where the person was going.
pub async fn sign_in(
    guest: Guest,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    sent: Sent,
) -> Reply<Response> {
    let from = from.ip().to_string();
    let next = local(sent.one("next"));
    let identity = &guest.app.identity;
    let opened = identity
        .sign_in(sent.one("login"), sent.raw("password"), &from)
        .await;
    match opened {
        Ok(opened) => Ok(with_session(&guest.app, &opened, go(next))),
        Err(cause) => {
            let again = Again::of(sent, cause)?;
            let page = SignInPage {
                problem: again.problem(&[]),
                login: again.field("login"),
                password: again.secret("password"),
                frame: guest.frame,
                next,
            };
            Ok(render(again.status(), &page))
        }
    }
}

/// Ends the session and leads to the sign-in page.
pub async fn sign_out(visit: Visit) -> Reply<Response> {
    visit.app.identity.sign_out(&visit.caller).await?;
    let mut response = go("/sign-in");
    let cleared = cookie::clear(&visit.app);
    response.headers_mut().insert(header::SET_COOKIE, cleared);
    Ok(response)
}

/// Gives the browser its session.
pub(super) fn with_session(app: &App, opened: &Opened, mut response: Response) -> Response {
    let set = cookie::set(app, &opened.secret, opened.expires_at);
    response.headers_mut().insert(header::SET_COOKIE, set);
    response
}

/// A path of this server; whatever could lead elsewhere becomes the home page.
pub(super) fn local(wanted: &str) -> String {
    let plain = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains(['\\', '\r', '\n', '\t'])
        && !wanted.starts_with("/sign-");
    if plain { wanted } else { "/" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_site() {
        assert_eq!(local("/a/x?y=1#section-lead"), "/a/x?y=1#section-lead");
        for foreign in [
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "",
            "/\t/evil.test",
        ] {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
    }
}
