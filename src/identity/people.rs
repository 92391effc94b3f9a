//! Changing people: roles, membership, deactivation, passwords.

use serde_json::json;

use lectern_base::{ModuleId, PersonId, Subject};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Versioned};

use super::guard::{Code, Given};
use super::service::PEOPLE;
use super::{Admin, Caller, Founder, Grant, Identity, IdentityError, Person, Place, Role, Steward};

/// A change of a person, with everything that goes with it.
struct Change {
    batch: Batch,
    deeds: Vec<AuditEvent>,
    person: Person,
}

const UNKNOWN: IdentityError = IdentityError::Unknown { what: "person" };

impl Identity {
    /// Gives a person exactly these roles.
    ///
    /// # Errors
    /// [`IdentityError::LastAdmin`] when nobody would be admin any more.
    pub async fn set_roles(
        &self,
        by: &Admin,
        id: PersonId,
        mut roles: Vec<Grant>,
    ) -> Result<Person, IdentityError> {
        roles.sort_unstable();
        roles.dedup();
        let _administering = self.administering.lock().await;
        self.change(
            Actor::Person(by.person().id),
            id,
            "person.roles_changed",
            None,
            |person| {
                person.roles = roles;
            },
        )
        .await
    }

    /// Ends a person's access: sessions, tokens, tickets and open sockets stop at once.
    ///
    /// # Errors
    /// [`IdentityError::LastAdmin`] when nobody would be admin any more.
    pub async fn deactivate(&self, by: &Admin, id: PersonId) -> Result<Person, IdentityError> {
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        let leave = |person: &mut Person| person.active = false;
        let mut change = self
            .prepare_change(by, id, "person.deactivated", leave)
            .await?;
        let batch = &mut change.batch;
        let mut ended = self
            .prepare_ending(batch, |session| session.person == id)
            .await?;
        ended.extend(self.prepare_revoking(batch, by, id).await?);
        change.deeds.extend(ended);
        self.pending.forget(|person| person == id);
        self.tickets.forget(id);
        self.make(change).await
    }

    /// Gives a person their access back.
    pub async fn reactivate(&self, by: &Admin, id: PersonId) -> Result<Person, IdentityError> {
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        self.change(by, id, "person.reactivated", None, |person| {
            person.active = true
        })
        .await
    }

    /// Makes a person a member of the steward's module, with `role` there.
    ///
    /// # Errors
    /// Nobody gives what they do not hold: only a reviewer makes reviewers, nobody changes
    /// themselves, and admins are made by admins.
    pub async fn grant_module(
        &self,
        by: &Steward,
        id: PersonId,
        role: Role,
    ) -> Result<Person, IdentityError> {
        let module = by.module();
        let may = match role {
            Role::Admin => false,
            Role::Reviewer => by.person().holds_in(Role::Reviewer, module) && by.person().id != id,
            _ => by.person().id != id,
        };
        if !may {
            let right = "give this role; ask an admin";
            return Err(super::Denied::Missing { right }.into());
        }
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        self.change(by, id, "module.member_added", Some(module), |person| {
            person.roles.push(Grant::within(role, module));
            person.roles.sort_unstable();
            person.roles.dedup();
        })
        .await
    }

    /// Ends a person's membership in the steward's module.
    pub async fn revoke_module(&self, by: &Steward, id: PersonId) -> Result<Person, IdentityError> {
        let module = by.module();
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        self.change(by, id, "module.member_removed", Some(module), |person| {
            person.roles.retain(|grant| grant.module != Some(module));
        })
        .await
    }

    /// Puts the founder's membership of their new module into `batch`: they hold there what they
    /// hold everywhere, as trainer and reviewer.
    pub async fn prepare_founder(
        &self,
        batch: &mut Batch,
        founder: &Founder,
        module: ModuleId,
    ) -> Result<AuditEvent, IdentityError> {
        let found = self.versioned(founder.person().id).await?;
        let mut person = found.value.clone();
        for role in [Role::Trainer, Role::Reviewer] {
            if person.holds(role) {
                person.roles.push(Grant::within(role, module));
            }
        }
        person.roles.sort_unstable();
        PEOPLE.put_expecting(batch, &person.id, &person, &found);
        Ok(
            AuditEvent::new(person.id, "module.member_added", Subject::person(person.id))
                .in_module(module)
                .to(json!({"roles": person.roles})),
        )
    }

    /// Checks the caller's password again, before something that a stolen session must not do.
    pub async fn confirm_password(
        &self,
        caller: &Caller,
        password: &str,
    ) -> Result<(), IdentityError> {
        let given = Given {
            password: Some(password),
            code: Code::NotAsked,
            holds: true,
            from: None,
        };
        let proven = self.confirm(caller.person(), &given).await;
        if matches!(proven, Err(IdentityError::WrongPassword)) {
            let subject = Subject::person(caller.id());
            let deed = AuditEvent::new(caller.id(), "person.password_refused", subject);
            self.journal.record(Batch::new(), vec![deed]).await?;
        }
        proven.map(drop)
    }

    async fn change(
        &self,
        by: Actor,
        id: PersonId,
        deed: &str,
        module: Option<ModuleId>,
        change: impl FnOnce(&mut Person),
    ) -> Result<Person, IdentityError> {
        let mut change = self.prepare_change(by, id, deed, change).await?;
        for deed in &mut change.deeds {
            deed.module = module;
        }
        self.make(change).await
    }

    async fn prepare_change(
        &self,
        by: Actor,
        id: PersonId,
        deed: &str,
        change: impl FnOnce(&mut Person),
    ) -> Result<Change, IdentityError> {
        let found = self.versioned(id).await?;
        let mut person = found.value.clone();
        change(&mut person);
        let was_admin = found.value.active && found.value.holds(Role::Admin);
        let is_admin = person.active && person.holds(Role::Admin);
        if was_admin && !is_admin && !self.has_other_admin(id).await? {
            return Err(IdentityError::LastAdmin);
        }
        let mut batch = Batch::new();
        PEOPLE.put_expecting(&mut batch, &id, &person, &found);
        let deed = AuditEvent::new(by, deed, Subject::person(id))
            .from(json!({"roles": found.value.roles, "active": found.value.active}))
            .to(json!({"roles": person.roles, "active": person.active}));
        Ok(Change {
            batch,
            deeds: vec![deed],
            person,
        })
    }

    async fn make(&self, change: Change) -> Result<Person, IdentityError> {
        self.journal.record(change.batch, change.deeds).await?;
        self.changed(change.person.id);
        Ok(change.person)
    }

    async fn has_other_admin(&self, id: PersonId) -> Result<bool, IdentityError> {
        let everybody = self.everybody().await?;
        Ok(everybody
            .iter()
            .any(|p| p.id != id && p.active && p.holds(Role::Admin)))
    }

    pub(super) async fn versioned(&self, id: PersonId) -> Result<Versioned<Person>, IdentityError> {
        PEOPLE.get_versioned(&self.store, &id).await?.ok_or(UNKNOWN)
    }

    /// Returns the person as somebody whose rights in `place` are asked now, not when they signed
    /// in; `None` when they are gone or may not see it.
    pub async fn rights_now(&self, id: PersonId, place: &Place) -> Option<Caller> {
        let asked = self
            .admitted(id, super::Via::Ticket(lectern_base::ArticleId::new()))
            .await?;
        asked.reader(place).is_ok().then_some(asked)
    }
}
