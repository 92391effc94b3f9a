//! Choosing a password with a link, as a new person or after a reset.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::error::Reply;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::Field;
use crate::page::visit::Guest;

#[derive(Template)]
#[template(path = "choose_password.html")]
pub(crate) struct ChoosePasswordPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub code: String,
    /// The login of the link's owner; `None` if the link does not work.
    pub login: Option<String>,
    pub shortest: usize,
    pub password: Field,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChosenPasswordForm {
    code: String,
    password: String,
}

/// Shows the page; opening it does not use the link up.
pub async fn show(guest: Guest) -> Reply<Response> {
    let code = guest.asked.one("code").to_owned();
    page(guest, code, RejectedForm::default()).await
}

async fn page(guest: Guest, code: String, rejected: RejectedForm) -> Reply<Response> {
    let owner = guest.app.identity.password_link_owner(&code).await?;
    let page = ChoosePasswordPage {
        problem: rejected.problem(&["password"]),
        login: owner.map(|person| person.login),
        shortest: guest.app.config.identity.password_length,
        password: rejected.secret("password"),
        frame: guest.frame,
        code,
    };
    Ok(render(rejected.status(), &page))
}

/// Sets the password and leads to the sign-in page.
pub async fn choose(guest: Guest, sent: FormData) -> Reply<Response> {
    let ChosenPasswordForm { code, password } = sent.fields()?;
    match guest.app.identity.use_password_link(&code, &password).await {
        Ok(()) => Ok(go("/sign-in?done=password-chosen")),
        Err(cause) => page(guest, code, RejectedForm::of(sent, cause)?).await,
    }
}
