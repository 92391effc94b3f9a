//! People and roles, for administrators.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{ModuleId, PersonId, Seek};
use lectern_identity::{Grant, NewPerson, Person, Role};
use lectern_module::Module;

use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::identity::api::person::ResetRequest;
use crate::identity::page::alerts::{self, AlertRow};
use crate::identity::page::roles::{module_role_choices, role_choices, role_list, role_word};
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{Choice, Field, Moment, count};
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
    pub shortest: usize,
    pub password: Field,
    pub roles: Vec<Choice>,
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
    pub second_factor: Option<Moment>,
    pub shortest: usize,
    pub created_at: Moment,
    pub roles: Vec<Choice>,
    pub grants: Vec<GrantRow>,
    pub modules: Vec<Choice>,
    pub module_roles: Vec<Choice>,
    pub password: Field,
}

/// A role in one module.
pub(crate) struct GrantRow {
    pub role: String,
    pub role_value: String,
    pub module: String,
    pub module_id: String,
}

const FIELDS: [&str; 3] = ["name", "login", "password"];

#[derive(Debug, Deserialize)]
struct PersonForm {
    login: String,
    name: String,
    password: String,
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
    page(visit, RejectedForm::default()).await
}

async fn page(visit: Visit, rejected: RejectedForm) -> Reply<Response> {
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
        shortest: visit.app.config.identity.password_length,
        password: rejected.secret("password"),
        roles: role_choices(ticked),
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
pub async fn add(visit: Visit, sent: FormData) -> Reply<Response> {
    match try_add(&visit, &sent).await {
        Ok(()) => Ok(go("/admin/people?done=person")),
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?).await,
    }
}

async fn try_add(visit: &Visit, sent: &FormData) -> Reply<()> {
    let admin = visit.caller.admin()?;
    let form: PersonForm = sent.fields()?;
    let new = NewPerson {
        login: form.login,
        name: form.name,
        password: form.password,
        roles: form.roles.into_iter().map(Grant::everywhere).collect(),
    };
    visit.app.identity.add_person(&admin, new).await?;
    Ok(())
}

/// Shows a person.
pub async fn show(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    person_page(visit, id, RejectedForm::default()).await
}

async fn person_page(visit: Visit, id: PersonId, rejected: RejectedForm) -> Reply<Response> {
    visit.caller.admin()?;
    let person = find(&visit, id).await?;
    let modules = visit.app.modules.all().await?;
    let locked = visit.app.identity.is_locked(id).await?;
    let second_factor = visit.app.identity.second_factor(id).await?;
    let holds = |role| person.holds(role);
    let page = PersonPage {
        problem: rejected.problem(&["password"]),
        id: id.to_string(),
        state: state(&person, locked),
        locked,
        second_factor: second_factor.map(|second| Moment::day(second.since.date_time())),
        shortest: visit.app.config.identity.password_length,
        active: person.active,
        created_at: Moment::day(person.created_at.date_time()),
        roles: role_choices(holds),
        grants: grants(&person, &modules),
        modules: modules
            .iter()
            .map(|m| Choice::new(m.id.to_string(), &m.title))
            .collect(),
        module_roles: module_role_choices(),
        password: rejected.secret("password"),
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
        let module = modules
            .iter()
            .find(|module| Some(module.id) == grant.module)?;
        Some(GrantRow {
            role: role_word(grant.role).to_owned(),
            role_value: grant.role.word().to_owned(),
            module: module.title.clone(),
            module_id: module.id.to_string(),
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
        Err(cause) => person_page(visit, id, RejectedForm::of(FormData::default(), cause)?).await,
    }
}

/// Deactivates a person.
pub async fn deactivate(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.deactivate(&admin, id).await {
        Ok(_) => Ok(go(format!("/admin/people/{id}?done=deactivated"))),
        Err(cause) => person_page(visit, id, RejectedForm::of(FormData::default(), cause)?).await,
    }
}

/// Reactivates a person.
pub async fn reactivate(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    visit.app.identity.reactivate(&admin, id).await?;
    Ok(go(format!("/admin/people/{id}?done=reactivated")))
}

/// Resets a person's password.
pub async fn reset_password(visit: Visit, Id(id): Id<PersonId>, sent: FormData) -> Reply<Response> {
    match try_reset(&visit, id, &sent).await {
        Ok(()) => Ok(go(format!("/admin/people/{id}?done=reset"))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?.beside("password");
            person_page(visit, id, rejected).await
        }
    }
}

async fn try_reset(visit: &Visit, id: PersonId, sent: &FormData) -> Reply<()> {
    let admin = visit.caller.admin()?;
    let ResetRequest { password } = sent.fields()?;
    let identity = &visit.app.identity;
    Ok(identity.reset_password(&admin, id, &password).await?)
}

/// Unlocks an account.
pub async fn unlock(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    match visit.app.identity.unlock(&admin, id).await {
        Ok(()) => Ok(go(format!("/admin/people/{id}?done=unlocked"))),
        Err(cause) => person_page(visit, id, RejectedForm::of(FormData::default(), cause)?).await,
    }
}

/// Removes a person's second factor.
pub async fn remove_second_factor(visit: Visit, Id(id): Id<PersonId>) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    visit.app.identity.remove_second_factor(&admin, id).await?;
    Ok(go(format!("/admin/people/{id}?done=second-factor-removed")))
}
