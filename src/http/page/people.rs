//! People and roles, for administrators.

use askama::Template;

use super::layout::Frame;
use super::view::{Choice, Field, Moment};

#[derive(Template)]
#[template(path = "people.html")]
pub(super) struct PeoplePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub people: Vec<PersonRow>,
    pub next: Option<String>,
    pub name: Field,
    pub login: Field,
    pub password: Field,
    pub roles: Vec<Choice>,
}

/// Somebody in the list.
pub(super) struct PersonRow {
    pub id: String,
    pub name: String,
    pub login: String,
    pub roles: String,
    pub state: &'static str,
}

#[derive(Template)]
#[template(path = "person.html")]
pub(super) struct PersonPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub id: String,
    pub name: String,
    pub login: String,
    pub state: &'static str,
    pub active: bool,
    pub created_at: Moment,
    pub roles: Vec<Choice>,
    pub grants: Vec<GrantRow>,
    pub modules: Vec<Choice>,
    pub module_roles: Vec<Choice>,
    pub password: Field,
}

/// A role in one module.
pub(super) struct GrantRow {
    pub role: String,
    pub role_value: String,
    pub module: String,
    pub module_id: String,
}
