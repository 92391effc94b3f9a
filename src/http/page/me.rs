//! Me: my password and my API tokens.

use std::time::Duration;

use askama::Template;
use axum::http::header;
use axum::response::Response;

use super::form::{Again, Sent, go};
use super::layout::{self, Frame, Theme, render};
use super::sign_in::local;
use super::view::{Field, Html, Moment};
use super::visit::{Guest, THEME, Visit};
use super::words::role_list;
use crate::base::{Timestamp, TokenId};
use crate::http::cookie;
use crate::http::error::Reply;
use crate::http::extract::Id;
use crate::identity::TokenInfo;

#[derive(Template)]
#[template(path = "me.html")]
pub(super) struct MePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub name: String,
    pub login: String,
    pub roles: String,
    pub old: Field,
    pub new: Field,
    pub label: Field,
    pub tokens: Vec<TokenRow>,
    /// A token made just now, shown this once.
    pub secret: Option<String>,
}

/// One of my tokens.
pub(super) struct TokenRow {
    pub id: String,
    pub label: String,
    pub state: Html,
    pub active: bool,
}

#[derive(Template)]
#[template(path = "shortcuts.html")]
pub(super) struct ShortcutsPage {
    pub frame: Frame,
}

/// A day in seconds.
const DAY: u64 = 24 * 60 * 60;

/// My page.
pub async fn show(visit: Visit) -> Reply<Response> {
    page(visit, Again::default(), None).await
}

async fn page(visit: Visit, again: Again, secret: Option<String>) -> Reply<Response> {
    let tokens = visit.app.identity.tokens(&visit.caller).await?;
    let now = visit.app.clock.now();
    let person = visit.caller.person();
    let page = MePage {
        problem: again.problem(&["old", "new", "label"]),
        name: person.name.clone(),
        login: person.login.clone(),
        roles: role_list(person.roles.iter()),
        old: again.secret("old"),
        new: again.secret("new"),
        label: again.field("label"),
        tokens: tokens.into_iter().map(|token| row(token, now)).collect(),
        secret,
        frame: visit.frame,
    };
    Ok(render(again.status(), &page))
}

fn row(token: TokenInfo, now: Timestamp) -> TokenRow {
    let active = token.expires_at > now;
    let words = if active {
        "Valid until "
    } else {
        "Expired on "
    };
    TokenRow {
        id: token.id.to_string(),
        state: Html::text(words).at(Moment::day(token.expires_at.date_time())),
        label: token.label,
        active,
    }
}

/// Changes my password.
pub async fn change_password(visit: Visit, sent: Sent) -> Reply<Response> {
    let (old, new) = (sent.raw("old").to_owned(), sent.raw("new").to_owned());
    match visit
        .app
        .identity
        .change_password(&visit.caller, &old, &new)
        .await
    {
        Ok(_) => Ok(go("/me?done=password")),
        Err(cause) => page(visit, Again::of(sent, cause)?.beside("new"), None).await,
    }
}

/// Creates a token and shows it, this once.
pub async fn create_token(visit: Visit, sent: Sent) -> Reply<Response> {
    let days = sent.one("days").parse().unwrap_or(90).clamp(1, 366);
    let lasts = Duration::from_secs(days * DAY);
    let made = match sent.needed("label", "Say what the token is for.") {
        Ok(label) => {
            visit
                .app
                .identity
                .create_token(&visit.caller, &label, lasts)
                .await
        }
        Err(cause) => return page(visit, Again::of(sent, cause)?, None).await,
    };
    match made {
        Ok((_, secret)) => page(visit, Again::default(), Some(secret)).await,
        Err(cause) => page(visit, Again::of(sent, cause)?.beside("label"), None).await,
    }
}

/// Ends a token.
pub async fn revoke_token(visit: Visit, Id(id): Id<TokenId>) -> Reply<Response> {
    visit.app.identity.revoke_token(&visit.caller, id).await?;
    Ok(go("/me?done=token-revoked"))
}

/// The keyboard shortcuts.
pub async fn shortcuts(visit: Visit) -> Reply<Response> {
    Ok(layout::show(&ShortcutsPage { frame: visit.frame }))
}

/// Remembers the appearance in this browser and leads back.
pub async fn choose_theme(guest: Guest, sent: Sent) -> Response {
    let theme = Theme::named(sent.one("theme"));
    let mut response = go(local(sent.one("back")));
    let cookie = cookie::keep(&guest.app, THEME, theme.name());
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}
