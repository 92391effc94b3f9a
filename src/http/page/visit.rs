//! The extractors of pages: the caller, the query and the frame.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};

use lectern_app::App;
use lectern_base::{PersonId, Seek, Timestamp};
use lectern_identity::{Caller, Role};

use crate::cookie;
use crate::error::{HttpError, Reply};
use crate::extract::Entrant;
use crate::navigation::sidebar::{COLLAPSED, Location, Named, SIDEBAR, Sidebar};
use crate::page::form::{FormData, go};
use crate::page::layout::{Account, Frame, News, Theme};
use crate::page::view::{CalendarDay, Html, names};

/// The cookie that holds the theme.
pub const THEME: &str = "lectern_theme";

/// A page request of a signed-in person.
pub struct Visit {
    /// The application.
    pub app: Arc<App>,
    /// Who asks.
    pub caller: Caller,
    /// The frame of the page.
    pub frame: Frame,
    /// The query.
    pub asked: FormData,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    /// Redirects a person whose password has expired to the page that changes it.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let arrival = Arrival::from_request_parts(parts, app).await;
        let Arrival(visit) = arrival.map_err(HttpError::into_response)?;
        match visit.caller.is_ready() {
            true => Ok(visit),
            false => Err(go("/me/password")),
        }
    }
}

/// A page request that is allowed with an expired password, too.
pub struct Arrival(pub Visit);

impl FromRequestParts<Arc<App>> for Arrival {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let Entrant(caller) = Entrant::from_request_parts(parts, app).await?;
        let guest = Guest::from_request_parts(parts, app).await?;
        let mut frame = guest.frame;
        let mut account = account(&caller);
        if caller.is_ready() {
            let news = app.identity.sign_in_news(&caller).await?;
            frame.news = news.as_ref().map(News::of);
            account.unread = app.inbox.unread(caller.id()).await?;
            frame.sidebar = Some(sidebar(app, &caller, parts).await?);
        }
        frame.account = Some(account);
        Ok(Self(Visit {
            app: app.clone(),
            caller,
            frame,
            asked: guest.asked,
        }))
    }
}

async fn sidebar(app: &Arc<App>, caller: &Caller, parts: &mut Parts) -> Reply<Sidebar> {
    let named = RawPathParams::from_request_parts(parts, app).await;
    let named: Vec<Named> = named.map_or_else(
        |_| Vec::new(),
        |named| {
            let pairs = named.iter();
            pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
        },
    );
    let location = Location::of_path(&app.access, caller, parts.uri.path(), &named).await;
    Sidebar::load(app, caller, &location, is_collapsed(&parts.headers)).await
}

fn is_collapsed(headers: &HeaderMap) -> bool {
    cookie::find(headers, SIDEBAR).as_deref() == Some(COLLAPSED)
}

/// Returns the frame of a page that says what went wrong: with the account of who is signed in and
/// their modules, as far as they can be loaded.
pub async fn frame_after_problem(app: &Arc<App>, mut parts: Parts) -> Frame {
    parts.method = Method::GET;
    let Ok(guest) = Guest::from_request_parts(&mut parts, app).await else {
        return Frame {
            organisation: "Lectern".to_owned(),
            ..Frame::default()
        };
    };
    let mut frame = Frame {
        notice: None,
        ..guest.frame
    };
    let Ok(Entrant(caller)) = Entrant::from_request_parts(&mut parts, app).await else {
        return frame;
    };
    let mut account = account(&caller);
    if caller.is_ready() {
        account.unread = app.inbox.unread(caller.id()).await.unwrap_or_default();
        let collapsed = is_collapsed(&parts.headers);
        frame.sidebar = Sidebar::of_modules(app, &caller, collapsed).await.ok();
    }
    frame.account = Some(account);
    frame
}

/// Returns the `Host` header, or "" without one.
fn host(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.unwrap_or_default().to_owned()
}

/// A page request that needs no account.
pub struct Guest {
    /// The application.
    pub app: Arc<App>,
    /// The frame of the page.
    pub frame: Frame,
    /// The query.
    pub asked: FormData,
}

impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, HttpError> {
        let asked = FormData::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let theme = cookie::find(&parts.headers, THEME).unwrap_or_default();
        let frame = Frame {
            organisation: app.identity.organisation().await?,
            theme: Theme::named(&theme),
            notice: done(asked.one("done")),
            path: parts.uri.path().to_owned(),
            host: host(&parts.headers),
            ..Frame::default()
        };
        Ok(Self {
            app: app.clone(),
            frame,
            asked,
        })
    }
}

impl Visit {
    /// Returns the page of a list whose cursor the query has under `name`.
    pub fn seek(&self, name: &str, limit: usize) -> Seek {
        let after = Some(self.asked.one(name)).filter(|after| !after.is_empty());
        Seek {
            after: after.map(str::to_owned),
            limit: Some(limit),
        }
    }

    /// Returns the names of people: "Ada, Ben and Cem".
    pub async fn names(&self, people: &[PersonId]) -> Reply<String> {
        let found = self.name_map(people).await?;
        let joined: Vec<String> = people.iter().map(|id| name_in(&found, id)).collect();
        Ok(names(&joined))
    }

    /// Returns the day of the organisation on which an instant falls.
    pub fn day(&self, instant: Timestamp) -> Html {
        Html::default().on(CalendarDay::of(self.app.zone(), instant))
    }

    /// Returns the name of a person.
    pub async fn name(&self, person: PersonId) -> Reply<String> {
        self.names(&[person]).await
    }

    /// Returns the names of people by id.
    pub async fn name_map(&self, people: &[PersonId]) -> Reply<HashMap<PersonId, String>> {
        Ok(self.app.identity.names(people).await?)
    }
}

/// Returns a name that was looked up. People are never deleted, so a missing one is rare.
pub fn name_in(found: &HashMap<PersonId, String>, person: &PersonId) -> String {
    let unknown = || "somebody unknown".to_owned();
    found.get(person).cloned().unwrap_or_else(unknown)
}

fn account(caller: &Caller) -> Account {
    let person = caller.person();
    let writes = [Role::Learner, Role::Trainer, Role::Reviewer];
    Account {
        name: person.name.clone(),
        initials: Account::initials_of(&person.name),
        writes: person
            .roles
            .iter()
            .any(|grant| writes.contains(&grant.role)),
        admin: caller.admin().is_ok(),
        unread: 0,
    }
}

/// Returns the notice for `?done=`. The text is ours, since anybody can write an address.
fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "saved" => "Saved.",
        "revision" => "The revision was saved.",
        "restored" => {
            "The revision was restored to the draft. The previous text is in the history."
        }
        "requested" => {
            "The review was requested and the reviewers were notified. You can keep writing."
        }
        "approved" => "Your approval was recorded.",
        "rejected" => "Your rejection was recorded. The writers can see your reason.",
        "substituted" => "The substitute was named and can decide now.",
        "withdrawn" => "The review request was withdrawn. The draft is unchanged.",
        "resubmitted" => "The new text is under review. Earlier approvals no longer count.",
        "member" => "The member was added.",
        "member-removed" => "The member was removed.",
        "learners" => "Saved. The change applies immediately, including to open drafts.",
        "roles" => "The roles were saved and apply immediately.",
        "deactivated" => "The person no longer has access.",
        "reactivated" => "The person can sign in again.",
        "password" => "Your password was changed.",
        "password-chosen" => "Your password is set. Sign in with it.",
        "unlocked" => "The account was unlocked.",
        "settled" => "The alert was resolved.",
        "second-factor-removed" => "The second factor was removed.",
        "delegated" => "The delegation was created. Decisions made for you are recorded as such.",
        "delegation-ended" => "The delegation has ended. Decisions made under it remain valid.",
        "token-revoked" => "The token no longer works.",
        "sample" => "The sample module was added.",
        "sample-removed" => "The sample module was removed.",
        "rules" => "The rules were saved and apply to reviews requested from now on.",
        "notification-gone" => {
            "That notification no longer exists, or you no longer have access to it."
        }
        "acknowledged" => "Your acknowledgement was recorded.",
        "audience" => {
            "Saved. The people who need to read the effective version will be asked shortly."
        }
        "asked" => "They were asked to read it.",
        "reminded" => "Everyone who has not acknowledged yet was reminded.",
        "signed" => "Signed. The change is complete.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_cannot_put_text_on_a_page() {
        assert!(done("saved").is_some());
        assert!(done("<b>You won</b>").is_none());
    }
}
