//! First run: the first person becomes admin with a one-time link.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use lectern_base::{Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::event::{IdentityEvent, OrganisationName};
use super::session::OpenedSession;
use super::{Grant, Identity, IdentityError, NewPerson, Origin, Role, SigningMethod};

static ORGANISATION: Table<String, Organisation> = Table::new("organisation");
const KEY: &str = "organisation";
const LONGEST_NAME: usize = 120;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Organisation {
    name: String,
    founded_at: Timestamp,
}

impl Identity {
    /// Returns the code of the set-up link as long as there is no admin.
    pub async fn setup_code(&self) -> Result<Option<String>, IdentityError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        Ok(Some(self.setup_code.get()))
    }

    /// Returns whether `code` is the code of the set-up link.
    pub async fn is_setup_code(&self, code: &str) -> Result<bool, IdentityError> {
        let right = self.setup_code().await?;
        Ok(right.is_some_and(|right| right.as_bytes().ct_eq(code.as_bytes()).into()))
    }

    /// Names the organisation, adds its first person and signs them in.
    ///
    /// They become admin and also trainer, because the first steps that the home page offers –
    /// create a module, write an article – require it.
    ///
    /// # Errors
    /// [`IdentityError::AlreadySetUp`], [`IdentityError::WrongSetupCode`], and as for adding
    /// people.
    pub async fn set_up(
        &self,
        code: &str,
        organisation: &str,
        mut first: NewPerson,
        from: impl Into<Origin>,
    ) -> Result<OpenedSession, IdentityError> {
        let _administering = self.administering.lock().await;
        if !self.needs_setup().await? {
            return Err(IdentityError::AlreadySetUp);
        }
        if !self.is_setup_code(code).await? {
            return Err(IdentityError::WrongSetupCode);
        }
        let name = organisation.trim().to_owned();
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
            let why = format!("the organisation's name has 1 to {LONGEST_NAME} characters");
            return Err(IdentityError::invalid("organisation", why));
        }
        first.roles = vec![
            Grant::everywhere(Role::Admin),
            Grant::everywhere(Role::Trainer),
        ];
        let mut batch = Batch::new();
        let (person, added) = self
            .prepare_person(&mut batch, Actor::System, first)
            .await?;
        let founded = Organisation {
            name: name.clone(),
            founded_at: self.now(),
        };
        ORGANISATION.put(&mut batch, &KEY.to_owned(), &founded);
        let subject = Subject::new("organisation", KEY);
        let named = IdentityEvent::OrganisationFounded {
            new: OrganisationName { name },
        };
        let founding = AuditEvent::new(person.id, named, subject);
        let from = from.into();
        let (opened, session) = self
            .prepare_session(&mut batch, person, SigningMethod::Password, &from)
            .await?;
        self.record_new_person(batch, vec![added, founding, session], &opened.person)
            .await?;
        self.setup_code.clear();
        Ok(opened)
    }

    /// Returns the organisation's name.
    pub async fn organisation(&self) -> Result<String, IdentityError> {
        let found = ORGANISATION.get(&self.store, &KEY.to_owned()).await?;
        Ok(found.map_or_else(|| "Lectern".to_owned(), |organisation| organisation.name))
    }
}
