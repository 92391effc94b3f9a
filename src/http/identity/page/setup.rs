//! First run: the set-up code founds an organisation with its first administrator.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_identity::NewPerson;

use crate::error::Reply;
use crate::extract::ClientOrigin;
use crate::identity::page::sign_in::with_session;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{self, Frame, render};
use crate::page::view::Field;
use crate::page::visit::Guest;

#[derive(Template, Default)]
#[template(path = "setup.html")]
pub(crate) struct SetupPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub code: Field,
    pub organisation: Field,
    pub name: Field,
    pub login: Field,
    pub password: Field,
}

const FIELDS: [&str; 5] = ["code", "organisation", "name", "login", "password"];

impl SetupPage {
    fn rejected(frame: Frame, rejected: &RejectedForm) -> Self {
        Self {
            frame,
            problem: rejected.problem(&FIELDS),
            code: rejected.field("code"),
            organisation: rejected.field("organisation"),
            name: rejected.field("name"),
            login: rejected.field("login"),
            password: rejected.secret("password"),
        }
    }
}

/// Shows the set-up page with the link's code filled in; redirects to sign-in once set up.
pub async fn show(guest: Guest) -> Reply<Response> {
    if !guest.app.identity.needs_setup().await? {
        return Ok(go("/sign-in"));
    }
    let mut page = SetupPage::rejected(guest.frame, &RejectedForm::default());
    page.code = Field::of(guest.asked.one("code"));
    Ok(layout::show(&page))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SetupForm {
    code: String,
    organisation: String,
    name: String,
    login: String,
    password: String,
}

/// Founds the organisation and signs in its administrator.
pub async fn set_up(
    guest: Guest,
    ClientOrigin(from): ClientOrigin,
    sent: FormData,
) -> Reply<Response> {
    let form: SetupForm = sent.fields()?;
    let first = NewPerson {
        login: form.login,
        name: form.name,
        password: form.password,
        roles: Vec::new(),
    };
    let identity = &guest.app.identity;
    let founded = identity.set_up(&form.code, &form.organisation, first, from);
    match founded.await {
        Ok(opened) => Ok(with_session(&guest.app, &opened, go("/"))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?;
            let page = SetupPage::rejected(guest.frame, &rejected);
            Ok(render(rejected.status(), &page))
        }
    }
}
