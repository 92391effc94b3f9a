//! Changing the caller's password, by choice or because it expired.

use askama::Template;
use axum::response::Response;

use crate::error::Reply;
use crate::identity::api::me::PasswordRequest;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::Field;
use crate::page::visit::{Arrival, Visit};

#[derive(Template)]
#[template(path = "password.html")]
pub(crate) struct PasswordPage {
    pub frame: Frame,
    pub problem: Option<String>,
    /// Whether the password must be changed first.
    pub must: bool,
    pub shortest: usize,
    pub old: Field,
    pub new: Field,
}

/// The page.
pub async fn show(arrival: Arrival) -> Response {
    page(arrival, RejectedForm::default())
}

fn page(Arrival(visit): Arrival, rejected: RejectedForm) -> Response {
    let page = PasswordPage {
        problem: rejected.problem(&["old", "new"]),
        must: visit.app.identity.must_change(visit.caller.person()),
        shortest: visit.app.config.identity.password_length,
        old: rejected.secret("old"),
        new: rejected.secret("new"),
        frame: visit.frame,
    };
    render(rejected.status(), &page)
}

/// Changes the caller's password.
pub async fn change(arrival: Arrival, sent: FormData) -> Reply<Response> {
    let Arrival(visit) = &arrival;
    let must = visit.app.identity.must_change(visit.caller.person());
    match try_change(visit, &sent).await {
        Ok(()) if must => Ok(go("/?done=password")),
        Ok(()) => Ok(go("/me?done=password")),
        Err(cause) => Ok(page(arrival, RejectedForm::of(sent, cause)?)),
    }
}

async fn try_change(visit: &Visit, sent: &FormData) -> Reply<()> {
    let PasswordRequest { old, new } = sent.fields()?;
    let identity = &visit.app.identity;
    identity.change_password(&visit.caller, &old, &new).await?;
    Ok(())
}
