//! Changing people: roles, membership, deactivation.

use lectern_base::{ModuleId, PersonId, Subject};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Versioned};

use super::attempt::{Attempt, CodeCheck};
use super::event::{IdentityEvent, MemberRights, PersonRights};
use super::identity::PEOPLE;
use super::{
    Admin, AlertKind, Caller, Founder, Grant, Identity, IdentityError, Person, Place, Role,
    SelfGrant, Steward,
};

/// A prepared change of a person.
struct PersonChange {
    batch: Batch,
    events: Vec<AuditEvent>,
    person: Person,
}

const UNKNOWN: IdentityError = IdentityError::Unknown { what: "person" };

impl Identity {
    /// Replaces a person's roles.
    ///
    /// # Errors
    /// [`IdentityError::LastAdmin`] if no admin would be left.
    pub async fn set_roles(
        &self,
        by: &Admin,
        id: PersonId,
        mut roles: Vec<Grant>,
    ) -> Result<Person, IdentityError> {
        roles.sort_unstable();
        roles.dedup();
        let _administering = self.administering.lock().await;
        let (own, now) = (by.person().id == id, self.now());
        let mut gained = false;
        let mut change = self
            .prepare_change(
                Actor::Person(by.person().id),
                id,
                |old, new| IdentityEvent::RolesChanged { old, new },
                |person| {
                    let old = std::mem::replace(&mut person.roles, roles);
                    person
                        .self_granted
                        .retain(|own| person.roles.contains(&own.grant));
                    for grant in person.roles.iter().filter(|grant| !old.contains(grant)) {
                        if own && grant.role == Role::Reviewer {
                            person.self_granted.push(SelfGrant {
                                grant: *grant,
                                at: now,
                            });
                            gained = true;
                        }
                    }
                },
            )
            .await?;
        if gained {
            let kind = AlertKind::ReviewerSelfGranted;
            self.raise(&mut change.batch, kind, Some(id), None);
        }
        self.make(change).await
    }

    /// Confirms the reviewer roles that another administrator gave themself, so that they count in
    /// controlled modules at once.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) for one's own; [`IdentityError::NothingToConfirm`].
    pub async fn confirm_self_granted(
        &self,
        by: &Admin,
        id: PersonId,
    ) -> Result<Person, IdentityError> {
        if by.person().id == id {
            let right = "confirm a role that you gave yourself; another administrator may";
            return Err(super::Denied::Missing { right }.into());
        }
        let _administering = self.administering.lock().await;
        let person = self.versioned(id).await?.value;
        self.unconfirmed_until(&person)
            .ok_or(IdentityError::NothingToConfirm)?;
        let confirmed = |_, new| IdentityEvent::SelfGrantConfirmed { new };
        let by = Actor::Person(by.person().id);
        self.change(by, id, confirmed, None, |person| {
            person.self_granted.clear();
        })
        .await
    }

    /// Deactivates a person and ends their sessions, tokens, tickets and open sockets.
    ///
    /// # Errors
    /// [`IdentityError::LastAdmin`] if no admin would be left.
    pub async fn deactivate(&self, by: &Admin, id: PersonId) -> Result<Person, IdentityError> {
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        let leave = |person: &mut Person| person.active = false;
        let mut change = self
            .prepare_change(
                by,
                id,
                |old, new| IdentityEvent::Deactivated { old, new },
                leave,
            )
            .await?;
        let batch = &mut change.batch;
        let mut ended = self.prepare_ending(batch, id, |_| true).await?;
        ended.extend(self.prepare_revoking(batch, by, id).await?);
        change.events.extend(ended);
        self.prepare_ending_link(&mut change.batch, id);
        self.pending_sign_ins.remove_person(id);
        self.tickets.remove_person(id);
        self.make(change).await
    }

    /// Reactivates a person.
    pub async fn reactivate(&self, by: &Admin, id: PersonId) -> Result<Person, IdentityError> {
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        let reactivated = |old, new| IdentityEvent::Reactivated { old, new };
        self.change(by, id, reactivated, None, |person| person.active = true)
            .await
    }

    /// Grants a person `role` in the steward's module.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) for one's own roles, for the admin role, and for the reviewer role
    /// unless the steward is a reviewer.
    pub async fn grant_module(
        &self,
        by: &Steward,
        id: PersonId,
        role: Role,
    ) -> Result<Person, IdentityError> {
        let module = by.module();
        let may = match role {
            Role::Admin => false,
            Role::Reviewer => by.reviews() && by.person().id != id,
            _ => by.person().id != id,
        };
        if !may {
            let right = "give this role; ask an admin";
            return Err(super::Denied::Missing { right }.into());
        }
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        let added = |old, new: PersonRights| IdentityEvent::MemberAdded {
            old: Some(old),
            new: MemberRights {
                roles: new.roles,
                active: Some(new.active),
            },
        };
        self.change(by, id, added, Some(module), |person| {
            person.roles.push(Grant::within(role, module));
            person.roles.sort_unstable();
            person.roles.dedup();
        })
        .await
    }

    /// Revokes all of a person's roles in the steward's module.
    ///
    /// # Errors
    /// [`Denied`](super::Denied) for a reviewer of the module, unless the steward is one.
    pub async fn revoke_module(&self, by: &Steward, id: PersonId) -> Result<Person, IdentityError> {
        let module = by.module();
        let reviews = Grant::within(Role::Reviewer, module);
        let is_reviewer = self.versioned(id).await?.value.roles.contains(&reviews);
        if is_reviewer && !by.reviews() {
            let right = "remove a reviewer; ask a reviewer of this module or an admin";
            return Err(super::Denied::Missing { right }.into());
        }
        let _administering = self.administering.lock().await;
        let by = Actor::Person(by.person().id);
        let removed = |old, new| IdentityEvent::MemberRemoved { old, new };
        self.change(by, id, removed, Some(module), |person| {
            person.roles.retain(|grant| grant.module != Some(module));
        })
        .await
    }

    /// Adds the founder's membership of a new module to `batch`: they get the trainer and reviewer
    /// roles there that they have organisation-wide.
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
                let everywhere = Grant::everywhere(role);
                let own = person.self_granted.iter();
                let own = own.copied().find(|own| own.grant == everywhere);
                if let Some(own) = own {
                    person.self_granted.push(SelfGrant {
                        grant: Grant::within(role, module),
                        ..own
                    });
                }
            }
        }
        person.roles.sort_unstable();
        PEOPLE.put_expecting(batch, &person.id, &person, &found);
        let added = IdentityEvent::MemberAdded {
            old: None,
            new: MemberRights {
                roles: person.roles.clone(),
                active: None,
            },
        };
        Ok(AuditEvent::new(person.id, added, Subject::person(person.id)).in_module(module))
    }

    /// Checks the caller's password again, before an action that a stolen session must not allow.
    pub async fn confirm_password(
        &self,
        caller: &Caller,
        password: &str,
    ) -> Result<(), IdentityError> {
        let attempt = Attempt {
            password: Some(password),
            code: CodeCheck::Skip,
            login_matches: true,
            from: None,
        };
        let proven = self.confirm(caller.person(), &attempt).await;
        if matches!(proven, Err(IdentityError::WrongPassword)) {
            let subject = Subject::person(caller.id());
            let event = AuditEvent::new(caller.id(), IdentityEvent::PasswordRefused, subject);
            self.journal.record(Batch::new(), vec![event]).await?;
        }
        proven.map(drop)
    }

    async fn change(
        &self,
        by: Actor,
        id: PersonId,
        event: impl FnOnce(PersonRights, PersonRights) -> IdentityEvent,
        module: Option<ModuleId>,
        change: impl FnOnce(&mut Person),
    ) -> Result<Person, IdentityError> {
        let mut change = self.prepare_change(by, id, event, change).await?;
        for event in &mut change.events {
            event.module = module;
        }
        self.make(change).await
    }

    async fn prepare_change(
        &self,
        by: Actor,
        id: PersonId,
        event: impl FnOnce(PersonRights, PersonRights) -> IdentityEvent,
        change: impl FnOnce(&mut Person),
    ) -> Result<PersonChange, IdentityError> {
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
        let rights = |person: &Person| PersonRights {
            roles: person.roles.clone(),
            active: person.active,
        };
        let event = event(rights(&found.value), rights(&person));
        let event = AuditEvent::new(by, event, Subject::person(id));
        Ok(PersonChange {
            batch,
            events: vec![event],
            person,
        })
    }

    async fn make(&self, change: PersonChange) -> Result<Person, IdentityError> {
        self.journal.record(change.batch, change.events).await?;
        self.end_leases(change.person.id).await;
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

    /// Returns a person with their current permissions, independent of any session; `None` if they
    /// are inactive or cannot see `place`.
    pub async fn rights_now(&self, id: PersonId, place: &Place) -> Option<Caller> {
        let asked = self.active_caller(id, super::Via::Lookup).await?;
        asked.reader(place).is_ok().then_some(asked)
    }
}
