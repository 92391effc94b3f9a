//! Adding people.

use serde_json::json;

use lectern_base::{PersonId, Subject};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::Batch;

use super::service::{LOGINS, PASSWORDS, PEOPLE};
use super::{Admin, Identity, IdentityError, NewPerson, Person, fold_login};

const LONGEST_LOGIN: usize = 64;
const LONGEST_NAME: usize = 120;

impl Identity {
    /// Adds a person, who must replace the password that the admin chose.
    ///
    /// # Errors
    /// [`IdentityError::LoginTaken`] also when whoever had the login is no longer active.
    pub async fn add_person(&self, by: &Admin, new: NewPerson) -> Result<Person, IdentityError> {
        let must_change = self.settings.change_first_password;
        self.add(Actor::Person(by.person().id), new, must_change)
            .await
    }

    /// Adds a person, whose password holds, on behalf of whoever runs the machine.
    pub async fn add_person_as_operator(&self, new: NewPerson) -> Result<Person, IdentityError> {
        self.add(Actor::System, new, false).await
    }

    /// Puts somebody into `batch` who comes from another instance with what they did there.
    pub fn adopt(&self, batch: &mut Batch, person: &Person) {
        LOGINS.insert(batch, &person.login, &person.id);
        PEOPLE.insert(batch, &person.id, person);
    }

    async fn add(
        &self,
        by: Actor,
        new: NewPerson,
        must_change: bool,
    ) -> Result<Person, IdentityError> {
        let mut batch = Batch::new();
        let (person, deed) = self.prepare(&mut batch, by, new, must_change).await?;
        self.admit(batch, vec![deed], &person).await?;
        Ok(person)
    }

    /// Puts a new person into `batch`.
    pub(super) async fn prepare(
        &self,
        batch: &mut Batch,
        by: Actor,
        new: NewPerson,
        must_change_password: bool,
    ) -> Result<(Person, AuditEvent), IdentityError> {
        let login = check_login(&new.login)?;
        let name = check_name(&new.name)?;
        let hash = self.passwords.accept(&new.password, "password").await?;
        let mut roles = new.roles;
        roles.sort_unstable();
        roles.dedup();
        let id = PersonId::new();
        let created_at = self.now();
        let person = Person {
            id,
            login,
            name,
            roles,
            active: true,
            created_at,
            must_change_password,
            password_since: Some(created_at),
        };
        LOGINS.insert(batch, &person.login, &id);
        PEOPLE.insert(batch, &id, &person);
        PASSWORDS.put(batch, &id, &hash);
        let deed = AuditEvent::new(by, "person.added", Subject::person(id))
            .to(json!({"login": person.login, "name": person.name, "roles": person.roles}));
        Ok((person, deed))
    }

    pub(super) async fn admit(
        &self,
        batch: Batch,
        deeds: Vec<AuditEvent>,
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
        && !login
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || is_invisible(c));
    match fits {
        true => Ok(login),
        false => Err(IdentityError::invalid(
            "login",
            format!("a login has 1 to {LONGEST_LOGIN} characters and no spaces"),
        )),
    }
}

/// Letters that nobody sees, with which two logins could look alike.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}')
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
