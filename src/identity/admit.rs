//! Adding people.

use serde_json::json;

use super::service::{LOGINS, PASSWORDS, PEOPLE};
use super::{Admin, Identity, IdentityError, NewPerson, Person, fold_login};
use crate::base::{PersonId, Subject};
use crate::journal::{Actor, Deed, JournalError};
use crate::store::Batch;

const LONGEST_LOGIN: usize = 64;
const LONGEST_NAME: usize = 120;

impl Identity {
    /// Adds a person.
    ///
    /// # Errors
    /// [`IdentityError::LoginTaken`] also when whoever had the login is no longer active.
    pub async fn add_person(&self, by: &Admin, new: NewPerson) -> Result<Person, IdentityError> {
        self.add(Actor::Person(by.person().id), new).await
    }

    /// Adds a person on behalf of whoever runs the machine.
    pub async fn add_person_as_operator(&self, new: NewPerson) -> Result<Person, IdentityError> {
        self.add(Actor::System, new).await
    }

    async fn add(&self, by: Actor, new: NewPerson) -> Result<Person, IdentityError> {
        let mut batch = Batch::new();
        let (person, deed) = self.prepare(&mut batch, by, new).await?;
        self.admit(batch, vec![deed], &person).await?;
        Ok(person)
    }

    /// Puts a new person into `batch`.
    pub(super) async fn prepare(
        &self,
        batch: &mut Batch,
        by: Actor,
        new: NewPerson,
    ) -> Result<(Person, Deed), IdentityError> {
        let login = check_login(&new.login)?;
        let name = check_name(&new.name)?;
        let hash = self.passwords.accept(&new.password).await?;
        let mut roles = new.roles;
        roles.sort_unstable();
        roles.dedup();
        let id = PersonId::new();
        let created_at = self.now();
        let must_change_password = false;
        let person = Person {
            id,
            login,
            name,
            roles,
            active: true,
            created_at,
            must_change_password,
        };
        LOGINS.insert(batch, &person.login, &id);
        PEOPLE.insert(batch, &id, &person);
        PASSWORDS.put(batch, &id, &hash);
        let deed = Deed::new(by, "person.added", Subject::person(id))
            .to(json!({"login": person.login, "name": person.name, "roles": person.roles}));
        Ok((person, deed))
    }

    pub(super) async fn admit(
        &self,
        batch: Batch,
        deeds: Vec<Deed>,
        person: &Person,
    ) -> Result<(), IdentityError> {
        match self.journal.record(batch, deeds).await {
            Ok(_) => Ok(()),
            Err(JournalError::Conflict { table: "logins" }) => Err(IdentityError::LoginTaken {
                login: person.login.clone(),
            }),
            Err(error) => Err(error.into()),
        }
    }
}

fn check_login(login: &str) -> Result<String, IdentityError> {
    let login = fold_login(login);
    let fits = (1..=LONGEST_LOGIN).contains(&login.chars().count())
        && !login.chars().any(|c| c.is_whitespace() || c.is_control());
    match fits {
        true => Ok(login),
        false => Err(IdentityError::invalid(
            "login",
            format!("a login has 1 to {LONGEST_LOGIN} characters and no spaces"),
        )),
    }
}

pub(super) fn check_name(name: &str) -> Result<String, IdentityError> {
    let name = name.trim();
    let fits =
        (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    match fits {
        true => Ok(name.to_owned()),
        false => Err(IdentityError::invalid(
            "name",
            format!("a name has 1 to {LONGEST_NAME} characters"),
        )),
    }
}
