//! Adding people.

use lectern_base::{PersonId, Subject};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::Batch;

use super::event::{AddedPerson, IdentityEvent};
use super::identity::{LOGINS, PASSWORDS, PEOPLE};
use super::{Admin, Identity, IdentityError, NewPerson, Person, fold_login};

/// Maximum length of a login in characters.
pub(super) const LONGEST_LOGIN: usize = 64;
const LONGEST_NAME: usize = 120;

impl Identity {
    /// Adds a person. Unless the settings say otherwise, they must replace the admin's password.
    ///
    /// # Errors
    /// [`IdentityError::LoginTaken`], also if the login belongs to an inactive person.
    pub async fn add_person(&self, by: &Admin, new: NewPerson) -> Result<Person, IdentityError> {
        let must_change = self.settings.change_first_password;
        self.add(Actor::Person(by.person().id), new, must_change)
            .await
    }

    /// Adds a person on behalf of the operator; the password need not be replaced.
    pub async fn add_person_as_operator(&self, new: NewPerson) -> Result<Person, IdentityError> {
        self.add(Actor::System, new, false).await
    }

    /// Adds a person from another instance to `batch`, when their work is imported.
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
        let (person, event) = self
            .prepare_person(&mut batch, by, new, must_change)
            .await?;
        self.record_new_person(batch, vec![event], &person).await?;
        Ok(person)
    }

    /// Adds a new person to `batch`.
    pub(super) async fn prepare_person(
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
        let event = AuditEvent::new(
            by,
            IdentityEvent::PersonAdded {
                new: AddedPerson {
                    login: person.login.clone(),
                    name: person.name.clone(),
                    roles: person.roles.clone(),
                },
            },
            Subject::person(id),
        );
        Ok((person, event))
    }

    pub(super) async fn record_new_person(
        &self,
        batch: Batch,
        events: Vec<AuditEvent>,
        person: &Person,
    ) -> Result<(), IdentityError> {
        match self.journal.record(batch, events).await {
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

/// Invisible characters, with which two different logins could look alike.
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
