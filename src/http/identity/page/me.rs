//! Account settings: sign-ins, tokens, theme.

use std::time::Duration;

use askama::Template;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{SessionId, Timestamp, TokenId, Zone};
use lectern_identity::{SignIn, TokenInfo, TokenScope, TokenTerms, Via};

use crate::cookie;
use crate::error::Reply;
use crate::extract::Id;
use crate::identity::page::roles::{role_list, sign_in_words};
use crate::identity::page::sign_in::{BackForm, local};
use crate::page::form::{FormData, RejectedForm, go, needed};
use crate::page::layout::{self, Frame, Theme, render};
use crate::page::view::{CalendarDay, Field, Html, Moment, count};
use crate::page::visit::{Guest, THEME, Visit};

#[derive(Template)]
#[template(path = "me.html")]
pub(crate) struct MePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub name: String,
    pub login: String,
    pub roles: String,
    pub second_factor: Html,
    /// Current delegations in words.
    pub standing_in: String,
    pub sign_ins: Vec<SignInRow>,
    pub label: Field,
    pub password: Field,
    pub code: Field,
    pub tokens: Vec<TokenRow>,
    /// A new token, shown once.
    pub secret: Option<String>,
}

/// One of the caller's sign-ins.
pub(crate) struct SignInRow {
    pub id: String,
    pub words: String,
    pub at: Moment,
    pub new_device: bool,
    /// Whether it opened the current session.
    pub here: bool,
}

/// One of the caller's tokens.
pub(crate) struct TokenRow {
    pub id: String,
    pub label: String,
    pub state: Html,
    pub active: bool,
}

#[derive(Template)]
#[template(path = "shortcuts.html")]
pub(crate) struct ShortcutsPage {
    pub frame: Frame,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokenForm {
    label: String,
    days: String,
    scope: TokenScope,
    password: String,
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ThemeForm {
    theme: String,
    back: String,
}

/// The number of sign-ins shown.
const SHOWN: usize = 10;
/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;

/// Shows the account settings.
pub async fn show(visit: Visit) -> Reply<Response> {
    page(visit, RejectedForm::default(), None).await
}

async fn page(visit: Visit, rejected: RejectedForm, secret: Option<String>) -> Reply<Response> {
    let tokens = visit.app.identity.tokens(&visit.caller).await?;
    let now = visit.app.clock.now();
    let person = visit.caller.person();
    let page = MePage {
        problem: rejected.problem(&["label", "password", "code"]),
        name: person.name.clone(),
        login: person.login.clone(),
        roles: role_list(person.roles.iter()),
        second_factor: second_factor(&visit).await?,
        standing_in: standing_in(&visit).await?,
        sign_ins: sign_ins(&visit).await?,
        label: rejected.field("label"),
        password: rejected.secret("password"),
        code: rejected.secret("code"),
        tokens: tokens
            .into_iter()
            .map(|token| row(token, now, visit.app.zone()))
            .collect(),
        secret,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn second_factor(visit: &Visit) -> Reply<Html> {
    let found = visit.app.identity.second_factor(visit.caller.id()).await?;
    Ok(match found {
        Some(second) => Html::text("You have been asked for a code since ")
            .on(CalendarDay::of(visit.app.zone(), second.since))
            .and(format!(
                "; {} left.",
                count(second.recovery_left, "recovery code")
            )),
        None => Html::text("No second factor is set: your password is all that is asked for."),
    })
}

async fn standing_in(visit: &Visit) -> Reply<String> {
    let now = visit.app.clock.now();
    let (mut given, mut got) = visit.app.identity.delegations(visit.caller.id()).await?;
    given.retain(|one| one.holds(now));
    got.retain(|one| one.holds(now));
    let people: Vec<_> = given.iter().map(|one| one.to).collect();
    let others: Vec<_> = got.iter().map(|one| one.from).collect();
    let for_me = match people.is_empty() {
        true => "Nobody decides on reviews for you at present".to_owned(),
        false => format!("On reviews {} decides for you", visit.names(&people).await?),
    };
    Ok(match others.is_empty() {
        true => format!("{for_me}."),
        false => format!("{for_me}; you decide for {}.", visit.names(&others).await?),
    })
}

async fn sign_ins(visit: &Visit) -> Reply<Vec<SignInRow>> {
    let found = visit.app.identity.sign_ins(&visit.caller).await?;
    let row = |sign_in: &SignIn| SignInRow {
        id: sign_in.session.to_string(),
        words: sign_in_words(sign_in),
        at: Moment::minute(sign_in.at.date_time()),
        new_device: sign_in.new_device,
        here: visit.caller.via() == Via::Session(sign_in.session),
    };
    Ok(found.iter().take(SHOWN).map(row).collect())
}

fn row(token: TokenInfo, now: Timestamp, zone: &Zone) -> TokenRow {
    let active = token.expires_at > now;
    let words = if active {
        "valid until "
    } else {
        "expired on "
    };
    let scope = match token.scope {
        TokenScope::Read => "Reads, ",
        TokenScope::Write => "Reads and writes, ",
    };
    TokenRow {
        id: token.id.to_string(),
        state: Html::text(scope)
            .and(words)
            .on(CalendarDay::of(zone, token.expires_at)),
        label: token.label,
        active,
    }
}

/// Confirms a sign-in as the caller's own.
pub async fn accept_sign_in(
    visit: Visit,
    Id(id): Id<SessionId>,
    sent: FormData,
) -> Reply<Response> {
    let BackForm { back } = sent.fields()?;
    visit.app.identity.accept_sign_in(&visit.caller, id).await?;
    Ok(go(local(&back)))
}

/// Reports a sign-in as somebody else's and leads to a new password.
pub async fn report_sign_in(visit: Visit, Id(id): Id<SessionId>) -> Reply<Response> {
    visit.app.identity.report_sign_in(&visit.caller, id).await?;
    Ok(go("/me/password"))
}

/// Creates a token and shows it, once.
pub async fn create_token(visit: Visit, sent: FormData) -> Reply<Response> {
    match try_create(&visit, &sent).await {
        Ok(secret) => page(visit, RejectedForm::default(), Some(secret)).await,
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?.beside("password");
            page(visit, rejected, None).await
        }
    }
}

async fn try_create(visit: &Visit, sent: &FormData) -> Reply<String> {
    let TokenForm {
        label,
        days,
        scope,
        password,
        code,
    } = sent.fields()?;
    let days = days.parse().unwrap_or(90).clamp(1, 366);
    let lasts = Duration::from_secs(days * DAY);
    let label = needed("label", label, "Say what the token is for.")?;
    let identity = &visit.app.identity;
    let terms = TokenTerms {
        label,
        lasts,
        scope,
    };
    let code = Some(code.as_str()).filter(|code| !code.is_empty());
    let (_, secret) = identity
        .create_token(&visit.caller, terms, &password, code)
        .await?;
    Ok(secret)
}

/// Revokes a token.
pub async fn revoke_token(visit: Visit, Id(id): Id<TokenId>) -> Reply<Response> {
    visit.app.identity.revoke_token(&visit.caller, id).await?;
    Ok(go("/me?done=token-revoked"))
}

/// Shows the keyboard shortcuts.
pub async fn shortcuts(visit: Visit) -> Reply<Response> {
    Ok(layout::show(&ShortcutsPage { frame: visit.frame }))
}

/// Stores the theme in this browser and leads back.
pub async fn choose_theme(guest: Guest, sent: FormData) -> Reply<Response> {
    let ThemeForm { theme, back } = sent.fields()?;
    let theme = Theme::named(&theme);
    let mut response = go(local(&back));
    let cookie = cookie::keep(&guest.app, THEME, theme.name());
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
