//! People and their roles; for administrators.

use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_app::App;
use lectern_base::{Page, PersonId, Seek, Timestamp};
use lectern_identity::{Grant, Invitation, PasswordLink, Person};

use crate::body::{Json, Query};
use crate::created::Created;
use crate::error::{HttpError, Reply};
use crate::extract::{Id, SignedIn, State};
use crate::identity::password_link::choose_password_address;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonReply {
    /// The id.
    pub id: PersonId,
    /// The login name; only the person and administrators see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The name as others read it.
    pub name: String,
    /// The roles; only the person and administrators see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Grant>>,
    /// Whether the person may sign in.
    pub active: bool,
    /// When the person was added.
    pub created_at: Timestamp,
}

impl PersonReply {
    /// What the person, or an administrator, sees.
    pub fn own(person: &Person) -> Self {
        Self {
            login: Some(person.login.clone()),
            roles: Some(person.roles.clone()),
            ..Self::of(person)
        }
    }

    /// What everybody sees.
    pub fn of(person: &Person) -> Self {
        Self {
            id: person.id,
            login: None,
            name: person.name.clone(),
            roles: None,
            active: person.active,
            created_at: person.created_at,
        }
    }
}

/// A person to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRequest {
    /// The login name; never given to another person again.
    pub login: String,
    /// The name as others read it.
    pub name: String,
    /// The roles.
    #[serde(default)]
    pub roles: Vec<Grant>,
}

/// A link with which a person chooses a password. It is shown this one time, and works once.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordLinkReply {
    /// The address to pass on.
    pub link: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl PasswordLinkReply {
    fn of(app: &App, headers: &HeaderMap, made: &PasswordLink) -> Self {
        Self {
            link: choose_password_address(app, headers, made),
            expires_at: made.expires_at,
        }
    }
}

/// A person who was just added.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewPersonReply {
    /// The person.
    #[serde(flatten)]
    pub person: PersonReply,
    /// The link with which they choose their first password.
    pub password_link: PasswordLinkReply,
}

/// The roles that a person shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolesRequest {
    /// All roles; those not named are taken away.
    pub roles: Vec<Grant>,
}

/// Adds a person, who chooses the first password with the link in the reply.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonRequest,
    responses((status = 201, description = "The person.", body = NewPersonReply)))]
pub async fn add(
    app: State,
    headers: HeaderMap,
    SignedIn(caller): SignedIn,
    Json(given): Json<PersonRequest>,
) -> Reply<Created<NewPersonReply>> {
    let admin = caller.admin()?;
    let new = Invitation {
        login: given.login,
        name: given.name,
        roles: given.roles,
    };
    let (person, link) = app.identity.invite(&admin, new).await?;
    let at = format!("/api/v1/people/{}", person.id);
    let body = NewPersonReply {
        person: PersonReply::own(&person),
        password_link: PasswordLinkReply::of(&app, &headers, &link),
    };
    Ok(Created { at, body })
}

/// Lists all people.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Seek),
    responses((status = 200, description = "One page of people.", body = Page<PersonReply>)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<PersonReply>>> {
    caller.admin()?;
    let page = app.identity.people(&seek).await?;
    Ok(Json(page.map(|person| PersonReply::own(&person))))
}

/// Shows a person: the name to everybody, the roles to administrators.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 200, description = "The person.", body = PersonReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<Json<PersonReply>> {
    let found = app.identity.person(id).await?;
    let person = found.ok_or_else(|| HttpError::not_found("person"))?;
    let sees_all = caller.id() == id || caller.admin().is_ok();
    let reply = if sees_all {
        PersonReply::own(&person)
    } else {
        PersonReply::of(&person)
    };
    Ok(Json(reply))
}

/// Gives a person exactly these roles.
#[utoipa::path(put, path = "/api/v1/people/{id}/roles", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")), request_body = RolesRequest,
    responses((status = 200, description = "The person.", body = PersonReply)))]
pub async fn set_roles(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
    Json(given): Json<RolesRequest>,
) -> Reply<Json<PersonReply>> {
    let admin = caller.admin()?;
    let person = app.identity.set_roles(&admin, id, given.roles).await?;
    Ok(Json(PersonReply::own(&person)))
}

/// Confirms the reviewer roles that another administrator gave themself, so that they count in
/// controlled modules at once.
#[utoipa::path(post, path = "/api/v1/people/{id}/roles/confirm", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "Confirmed."),
        (status = 403, description = "They are the caller's own.", body = crate::Problem),
        (status = 409, description = "There is none to confirm.", body = crate::Problem)))]
pub async fn confirm_roles(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.confirm_self_granted(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a person's access at once: sessions, tokens and open sockets.
#[utoipa::path(post, path = "/api/v1/people/{id}/deactivate", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "The person has no access.")))]
pub async fn deactivate(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.deactivate(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a person access again.
#[utoipa::path(post, path = "/api/v1/people/{id}/reactivate", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "The person has access.")))]
pub async fn reactivate(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.reactivate(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link with which a person chooses a new password; the one they had, their sessions,
/// tokens and sockets end at once.
#[utoipa::path(post, path = "/api/v1/people/{id}/password-link", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 200, description = "The link, shown once.", body = PasswordLinkReply),
        (status = 409, description = "It is the caller's own account.", body = crate::Problem)))]
pub async fn make_password_link(
    app: State,
    headers: HeaderMap,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<Json<PasswordLinkReply>> {
    let admin = caller.admin()?;
    let link = app.identity.make_password_link(&admin, id).await?;
    Ok(Json(PasswordLinkReply::of(&app, &headers, &link)))
}

/// A password that somebody chooses with a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenPasswordRequest {
    /// The `code` in the link's address.
    pub code: String,
    /// The password.
    pub password: String,
}

/// Sets the password that the owner of a link chose. Nobody is signed in by it.
#[utoipa::path(post, path = "/api/v1/password", tag = "session", security(()),
    request_body = ChosenPasswordRequest,
    responses((status = 204, description = "Set; the link no longer works."),
        (status = 403, description = "The link was used, has expired, or never was one.",
            body = crate::Problem)))]
pub async fn choose_password(
    app: State,
    Json(given): Json<ChosenPasswordRequest>,
) -> Reply<StatusCode> {
    app.identity
        .use_password_link(&given.code, &given.password)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unlocks an account that too many wrong passwords or codes had locked.
#[utoipa::path(post, path = "/api/v1/people/{id}/unlock", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "Unlocked."),
        (status = 409, description = "It is not locked.", body = crate::Problem)))]
pub async fn unlock(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.unlock(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a person's second factor away, for whoever lost it; all administrators are alerted.
#[utoipa::path(delete, path = "/api/v1/people/{id}/second-factor", tag = "people",
    params(("id" = PersonId, Path, description = "The person.")),
    responses((status = 204, description = "Removed.")))]
pub async fn remove_second_factor(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<PersonId>,
) -> Reply<StatusCode> {
    let admin = caller.admin()?;
    app.identity.remove_second_factor(&admin, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
