//! Adding people.

use lectern_base::{PersonId, Subject};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::Batch;

use super::event::{AddedPerson, IdentityEvent};
use super::identity::{LOGINS, PASSWORDS, PEOPLE};
use super::{
    Admin, Identity, IdentityError, Invitation, NewPerson, PasswordLink, Person, fold_login,
};

/// Maximum length of a login in characters.
pub(super) const LONGEST_LOGIN: usize = 64;
const LONGEST_NAME: usize = 120;

impl Identity {
    /// Adds a person, and makes the link with which they choose their first password.
    ///
    /// # Errors
    /// [`IdentityError::LoginTaken`], also if the login belongs to an inactive person.
    pub async fn invite(
        &self,
        by: &Admin,
        new: Invitation,
    ) -> Result<(Person, PasswordLink), IdentityError> {
        self.add_by_link(Some(by.person().id), new).await
    }

    /// Adds a person like [`Identity::invite`], on behalf of the operator.
    pub async fn invite_as_operator(
        &self,
        new: Invitation,
    ) -> Result<(Person, PasswordLink), IdentityError> {
        self.add_by_link(None, new).await
    }

    /// Adds a person with a password on behalf of the operator; it need not be replaced.
    pub async fn add_person_as_operator(&self, new: NewPerson) -> Result<Person, IdentityError> {
        let mut batch = Batch::new();
        let (person, event) = self.prepare_person(&mut batch, Actor::System, new).await?;
        self.record_new_person(batch, vec![event], &person).await?;
        Ok(person)
    }

    async fn add_by_link(
        &self,
        by: Option<PersonId>,
        new: Invitation,
    ) -> Result<(Person, PasswordLink), IdentityError> {
        let mut batch = Batch::new();
        let actor = by.map_or(Actor::System, Actor::Person);
        let (person, event) = self.prepare_record(&mut batch, actor, new, true)?;
        let link = self.prepare_link(&mut batch, person.id, by, true);
        self.record_new_person(batch, vec![event], &person).await?;
        Ok((person, link))
    }

    /// Adds a person from another instance to `batch`, when their work is imported.
    pub fn adopt(&self, batch: &mut Batch, person: &Person) {
        LOGINS.insert(batch, &person.login, &person.id);
        PEOPLE.insert(batch, &person.id, person);
    }

    /// Adds a new person with a password to `batch`.
    pub(super) async fn prepare_person(
        &self,
        batch: &mut Batch,
        by: Actor,
        new: NewPerson,
    ) -> Result<(Person, AuditEvent), IdentityError> {
        let NewPerson {
            login,
            name,
            password,
            roles,
        } = new;
        let new = Invitation { login, name, roles };
        let (person, event) = self.prepare_record(batch, by, new, false)?;
        let hash = self
            .passwords
            .accept(&password, "password", [&person.login, &person.name])
            .await?;
        PASSWORDS.put(batch, &person.id, &hash);
        Ok((person, event))
    }

    /// Adds the record of a new person to `batch`.
    fn prepare_record(
        &self,
        batch: &mut Batch,
        by: Actor,
        new: Invitation,
        must_change_password: bool,
    ) -> Result<(Person, AuditEvent), IdentityError> {
        let login = check_login(&new.login)?;
        let name = check_name(&new.name)?;
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
            self_granted: Vec::new(),
        };
        LOGINS.insert(batch, &person.login, &id);
        PEOPLE.insert(batch, &id, &person);
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
