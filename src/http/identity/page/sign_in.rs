//! Signing in and out.

use askama::Template;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;

use lectern_app::App;
use lectern_identity::{IdentityError, OpenedSession, SignInStep};

use crate::cookie;
use crate::error::Reply;
use crate::extract::ClientOrigin;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{self, Frame, render};
use crate::page::view::Field;
use crate::page::visit::{Arrival, Guest};

#[derive(Template, Default)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub login: Field,
    pub password: Field,
    pub next: String,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
pub(crate) struct CodePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub code: Field,
    /// Identifies the sign-in whose password was right.
    pub ticket: String,
    pub next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SignInForm {
    login: String,
    password: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
    ticket: String,
    next: String,
}

/// Where to lead back to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BackForm {
    pub back: String,
}

/// Shows the sign-in page.
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

/// Checks login and password; leads back, or on to the two-factor code.
pub async fn sign_in(
    guest: Guest,
    ClientOrigin(from): ClientOrigin,
    sent: FormData,
) -> Reply<Response> {
    let form: SignInForm = sent.fields()?;
    let next = local(&form.next);
    let identity = &guest.app.identity;
    let stands = identity
        .begin_sign_in(&form.login, &form.password, from)
        .await;
    match stands {
        Ok(SignInStep::Done(opened)) => Ok(with_session(&guest.app, &opened, go(next))),
        Ok(SignInStep::CodeRequired(ticket)) => {
            Ok(code_page(guest, ticket, next, &RejectedForm::default()))
        }
        Err(cause) => Ok(again_from_start(
            guest,
            next,
            &RejectedForm::of(sent, cause)?,
        )),
    }
}

fn again_from_start(guest: Guest, next: String, rejected: &RejectedForm) -> Response {
    let page = SignInPage {
        problem: rejected.problem(&[]),
        login: rejected.field("login"),
        password: rejected.secret("password"),
        frame: guest.frame,
        next,
    };
    render(rejected.status(), &page)
}

fn code_page(guest: Guest, ticket: String, next: String, rejected: &RejectedForm) -> Response {
    let page = CodePage {
        problem: rejected.problem(&["code"]),
        code: rejected.secret("code"),
        frame: guest.frame,
        ticket,
        next,
    };
    render(rejected.status(), &page)
}

/// Checks the two-factor code and leads back.
pub async fn enter_code(
    guest: Guest,
    ClientOrigin(from): ClientOrigin,
    sent: FormData,
) -> Reply<Response> {
    let CodeForm { code, ticket, next } = sent.fields()?;
    let next = local(&next);
    let identity = &guest.app.identity;
    let opened = identity.finish_sign_in(&ticket, &code, from).await;
    match opened {
        Ok(opened) => Ok(with_session(&guest.app, &opened, go(next))),
        Err(cause @ IdentityError::SignInOver) => Ok(again_from_start(
            guest,
            next,
            &RejectedForm::of(sent, cause)?,
        )),
        Err(cause) => Ok(code_page(
            guest,
            ticket,
            next,
            &RejectedForm::of(sent, cause)?,
        )),
    }
}

/// Ends the session and leads to the sign-in page.
pub async fn sign_out(Arrival(visit): Arrival) -> Reply<Response> {
    visit.app.identity.sign_out(&visit.caller).await?;
    let mut response = go("/sign-in");
    let cleared = cookie::clear(&visit.app);
    response.headers_mut().insert(header::SET_COOKIE, cleared);
    Ok(response)
}

/// Adds the session cookies to a response.
pub(crate) fn with_session(app: &App, opened: &OpenedSession, mut response: Response) -> Response {
    for cookie in cookie::open(app, opened) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The longest path that sign-in leads back to, in bytes.
const LONGEST_NEXT: usize = 2_000;

/// Returns a path of this server; anything that could lead elsewhere becomes "/".
pub(crate) fn local(wanted: &str) -> String {
    let plain = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && wanted.len() <= LONGEST_NEXT
        // Neither what browsers take for a slash or leave out, nor what no header may have.
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !wanted.starts_with("/sign-");
    if plain { wanted } else { "/" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_never_redirects_to_another_site() {
        assert_eq!(local("/a/x?y=1#section-lead"), "/a/x?y=1#section-lead");
        for foreign in [
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "",
            "/\t/evil.test",
            "/\0",
            "/a\u{7f}",
            "/ä",
            "/a b",
        ] {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(3_000))), "/");
    }
}
