//! People and roles, for administrators.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{ModuleId, PersonId, Seek};
use lectern_identity::{Grant, IdentityError, Invitation, PasswordLink, Person, Role};
use lectern_module::Module;

use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::identity::page::alerts::{self, AlertRow};
use crate::identity::page::roles::{module_role_choices, role_choices, role_list, role_word};
use crate::identity::password_link::choose_password_address;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{Choice, Field, Html, Moment, count};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "people.html")]
pub(crate) struct PeoplePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub alerts: Vec<AlertRow>,
    pub people: Vec<PersonRow>,
    pub next: Option<String>,
    pub name: Field,
    pub login: Field,
    pub roles: Vec<Choice>,
    /// The link for a new person, shown once.
    pub link: Option<NewLink>,
}

/// A link with which somebody chooses a password, shown once.
pub(crate) struct NewLink {
    /// Whose it is.
    pub name: String,
    pub address: String,
    pub expires_at: Moment,
}

/// A person in the list.
pub(crate) struct PersonRow {
    pub id: String,
    pub name: String,
    pub login: String,
    pub roles: String,
    pub state: &'static str,
}

#[derive(Template)]
#[template(path = "person.html")]
pub(crate) struct PersonPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub id: String,
    pub name: String,
    pub login: String,
    pub state: &'static str,
    pub active: bool,
    pub locked: bool,
    pub second_factor: Option<Html>,
    pub created_at: Html,
    pub roles: Vec<Choice>,
    pub grants: Vec<GrantRow>,
    pub modules: Vec<Choice>,
    pub module_roles: Vec<Choice>,
    /// When a reviewer role that the person gave themself counts in controlled modules.
    pub unconfirmed: Option<Moment>,
    /// Whether it is the page of the caller themself.
    pub own: bool,
    /// A new link, shown once.
    pub link: Option<NewLink>,
}

/// A role in one module.
pub(crate) struct GrantRow {
    pub role: String,
    pub role_value: String,
    pub module: String,
    pub module_id: String,
}

const FIELDS: [&str; 2] = ["name", "login"];

#[derive(Debug, Deserialize)]
struct PersonForm {
    login: String,
    name: String,
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
struct RolesForm {
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
struct GrantForm {
    role: Role,
    module: ModuleId,
}

/// Lists people above the form that adds one.
pub async fn list(visit: Visit) -> Reply<Response> {
    page(visit, RejectedForm::default(), None).await
}

async fn page(visit: Visit, rejected: RejectedForm, link: Option<NewLink>) -> Reply<Response> {
    visit.caller.admin()?;
    let after = Some(visit.asked.one("after")).filter(|after| !after.is_empty());
    let seek = Seek {
        after: after.map(str::to_owned),
        limit: None,
    };
    let found = visit.app.identity.people(&seek).await?;
    let ticked = |role: Role| rejected.sent.all("roles").any(|given| given == role.word());
    let page = PeoplePage {
        problem: rejected.problem(&FIELDS),
        alerts: alerts::rows(&visit).await?,
        people: rows(&visit, &found.items).await?,
        next: found.next,
        name: rejected.field("name"),
        login: rejected.field("login"),
        roles: role_choices(ticked),
        link,
        frame: visit.frame.at("admin"),
    };
    Ok(render(rejected.status(), &page))
}

async fn rows(visit: &Visit, people: &[Person]) -> Reply<Vec<PersonRow>> {
    let mut rows = Vec::with_capacity(people.len());
    for person in people {
        let locked = visit.app.identity.is_locked(person.id).await?;
        rows.push(row(person, locked));
    }
    Ok(rows)
}

fn row(person: &Person, locked: bool) -> PersonRow {
    let everywhere = person.roles.iter().filter(|grant| grant.module.is_none());
    let modules = person
        .roles
        .iter()
        .filter(|grant| grant.module.is_some())
        .count();
    let mut roles = role_list(everywhere);
    if modules > 0 {
        let more = format!("{} in single modules", count(modules, "role"));
        roles = if roles.is_empty() {
            more
        } else {
            format!("{roles}, {more}")
        };
    }
    PersonRow {
        id: person.id.to_string(),
        name: person.name.clone(),
        login: person.login.clone(),
        roles,
        state: state(person, locked),
    }
}

fn state(person: &Person, locked: bool) -> &'static str {
    match (person.active, locked) {
        (false, _) => "Deactivated",
        (true, true) => "Locked",
        (true, false) => "Active",
    }
}

/// Adds a person.
pub async fn add(visit: Visit, headers: HeaderMap, sent: FormData) -> Reply<Response> {
    match try_add(&visit, &headers, &sent).await {
        Ok(link) => page(visit, RejectedForm::default(), Some(link)).await,
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?, None).await,
    }
}

async fn try_add(visit: &Visit, headers: &HeaderMap, sent: &FormData) -> Reply<NewLink> {
    let admin = visit.caller.admin()?;
    let form: PersonForm = sent.fields()?;
    let new = Invitation {
        login: form.login,
        name: form.name,
        roles: form.roles.into_iter().map(Grant::everywhere).collect(),
    };
    let (person, link) = visit.app.identity.invite(&admin, new).await?;
    Ok(new_link(visit, headers, &person, &link))
}

fn new_link(visit: &Visit, headers: &HeaderMap, person: &Person, link: &PasswordLink) -> NewLink {
    NewLink {
        name: person.name.clone(),
        address: choose_password_address(&visit.app, headers, link),
        expires_at: Moment::minute(link.expires_at.date_time()),
    }
}

/// Shows a person.
pub async fn show(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    person_page(visit, id, RejectedForm::default(), None).await
}

async fn person_page(
    visit: Visit,
    id: PersonId,
    rejected: RejectedForm,
    link: Option<NewLink>,
) -> Reply<Response> {
    visit.caller.admin()?;
    let person = find(&visit, id).await?;
    let mut modules = visit.app.modules.all().await?;
    modules.retain(|module| visit.caller.reader(&module.place()).is_ok());
    let locked = visit.app.identity.is_locked(id).await?;
    let second_factor = visit.app.identity.second_factor(id).await?;
    let unconfirmed = visit.app.identity.unconfirmed_until(&person);
    let holds = |role| person.holds(role);
    let page = PersonPage {
        problem: rejected.problem(&[]),
        id: id.to_string(),
        state: state(&person, locked),
        locked,
        second_factor: second_factor.map(|second| visit.day(second.since)),
        active: person.active,
        created_at: visit.day(person.created_at),
        roles: role_choices(holds),
        grants: grants(&person, &modules),
        modules: modules
            .iter()
            .map(|m| Choice::new(m.id.to_string(), &m.title))
            .collect(),
        module_roles: module_role_choices(),
        unconfirmed: unconfirmed.map(|at| Moment::minute(at.date_time())),
        own: visit.caller.id() == id,
        link,
        name: person.name,
        login: person.login,
        frame: visit.frame.at("admin"),
    };
    Ok(render(rejected.status(), &page))
}

async fn find(visit: &Visit, id: PersonId) -> Reply<Person> {
    let found = visit.app.identity.person(id).await?;
    found.ok_or_else(|| HttpError::not_found("person"))
}

fn grants(person: &Person, modules: &[Module]) -> Vec<GrantRow> {
    let row = |grant: &Grant| {
        let id = grant.module?;
        let module = modules.iter().find(|module| module.id == id);
        Some(GrantRow {
            role: role_word(grant.role).to_owned(),
            role_value: grant.role.word().to_owned(),
            // Its title is for its members.
            module: module.map_or("a restricted module".to_owned(), |one| one.title.clone()),
            module_id: id.to_string(),
        })
    };
    person.roles.iter().filter_map(row).collect()
}

/// Saves organisation-wide roles and keeps those in single modules.
pub async fn set_roles(visit: Visit, Id(id): Id<PersonId>, sent: FormData) -> Reply<Response> {
    let person = find(&visit, id).await?;
    let RolesForm { roles } = sent.fields()?;
    let mut roles: Vec<Grant> = roles.into_iter().map(Grant::everywhere).collect();
    roles.extend(
        person
            .roles
            .into_iter()
            .filter(|grant| grant.module.is_some()),
    );
    save_roles(visit, id, roles).await
}

/// Confirms the reviewer roles that another administrator gave themself.
pub async fn confirm_roles(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.confirm_self_granted(&admin, id).await {
        Ok(_) => Ok(go(format!("/admin/people/{id}?done=roles"))),
        Err(cause) => refused(visit, id, cause).await,
    }
}

/// Grants a role in one module.
pub async fn grant(visit: Visit, Id(id): Id<PersonId>, sent: FormData) -> Reply<Response> {
    let mut roles = find(&visit, id).await?.roles;
    let given = module_grant(&sent)?;
    if !roles.contains(&given) {
        roles.push(given);
    }
    save_roles(visit, id, roles).await
}

/// Revokes a role in one module.
pub async fn revoke(visit: Visit, Id(id): Id<PersonId>, sent: FormData) -> Reply<Response> {
    let taken = module_grant(&sent)?;
    let mut roles = find(&visit, id).await?.roles;
    roles.retain(|grant| *grant != taken);
    save_roles(visit, id, roles).await
}

fn module_grant(sent: &FormData) -> Reply<Grant> {
    let GrantForm { role, module } = sent.fields()?;
    Ok(Grant::within(role, module))
}

async fn save_roles(visit: Visit, id: PersonId, roles: Vec<Grant>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.set_roles(&admin, id, roles).await {
        Ok(_) => Ok(go(format!("/admin/people/{id}?done=roles"))),
        Err(cause) => refused(visit, id, cause).await,
    }
}

/// Deactivates a person.
pub async fn deactivate(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.deactivate(&admin, id).await {
        Ok(_) => Ok(go(format!("/admin/people/{id}?done=deactivated"))),
        Err(cause) => refused(visit, id, cause).await,
    }
}

/// Reactivates a person.
pub async fn reactivate(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    visit.app.identity.reactivate(&admin, id).await?;
    Ok(go(format!("/admin/people/{id}?done=reactivated")))
}

/// Makes a link with which a person chooses a new password, and shows it once.
pub async fn make_password_link(
    visit: Visit,
    Id(id): Id<PersonId>,
    headers: HeaderMap,
) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    let person = find(&visit, id).await?;
    match visit.app.identity.make_password_link(&admin, id).await {
        Ok(link) => {
            let link = new_link(&visit, &headers, &person, &link);
            person_page(visit, id, RejectedForm::default(), Some(link)).await
        }
        Err(cause) => refused(visit, id, cause).await,
    }
}

async fn refused(visit: Visit, id: PersonId, cause: IdentityError) -> Reply<Response> {
    let rejected = RejectedForm::of(FormData::default(), cause)?;
    person_page(visit, id, rejected, None).await
}

/// Unlocks an account.
pub async fn unlock(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.unlock(&admin, id).await {
        Ok(()) => Ok(go(format!("/admin/people/{id}?done=unlocked"))),
        Err(cause) => refused(visit, id, cause).await,
    }
}

/// Removes a person's second factor.
pub async fn remove_second_factor(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    visit.app.identity.remove_second_factor(&admin, id).await?;
    Ok(go(format!("/admin/people/{id}?done=second-factor-removed")))
}
