//! Delegation: a reviewer who is away lets another person decide reviews for a limited time.
//!
//! The delegate decides on behalf of the reviewer, who must still be a reviewer at that time. A
//! delegation cannot be passed on. The review itself checks that neither of the two contributed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{DelegationId, ModuleId, PersonId, Subject, Timestamp};
use lectern_journal::{AuditEvent, JournalError};
use lectern_store::{Batch, Table};

use super::event::{DelegationTerms, IdentityEvent};
use super::{Approver, Caller, Denied, Identity, IdentityError, Person, Place, Role, Via};

/// All delegations; they are never deleted.
static DELEGATIONS: Table<DelegationId, Delegation> = Table::new("delegations");
/// Delegations by the person who gave them.
static BY_GIVER: Table<(PersonId, DelegationId), ()> = Table::new("delegations_given");
/// Delegations by the person who received them.
static BY_RECEIVER: Table<(PersonId, DelegationId), ()> = Table::new("delegations_got");

/// Maximum duration: 366 days, one of which may have an hour more than others.
const LONGEST: Duration = Duration::from_secs(366 * 86_400 + 3_600);
/// Maximum number of a person's current delegations.
const MOST: usize = 50;
/// Maximum length of a reason, in characters.
const LONGEST_REASON: usize = 500;
const UNKNOWN: IdentityError = IdentityError::Unknown { what: "delegation" };

/// A right to decide on reviews that was handed over for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delegation {
    /// Its name for good.
    pub id: DelegationId,
    /// The reviewer whose right it is.
    pub from: PersonId,
    /// Who stands in for them.
    pub to: PersonId,
    /// Where; everywhere the reviewer reviews when none.
    #[schema(required = true)]
    pub module: Option<ModuleId>,
    /// Since when it holds.
    pub starts: Timestamp,
    /// The first moment at which it holds no longer.
    pub ends: Timestamp,
    /// Why, in the reviewer's words.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it was given.
    pub given_at: Timestamp,
    /// When somebody ended it before its time.
    #[schema(required = true)]
    pub ended_at: Option<Timestamp>,
}

impl Delegation {
    /// Returns whether the delegation is in force at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.starts <= now && !self.is_over(now)
    }

    /// Returns whether the delegation has ended.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended_at.is_some() || self.ends <= now
    }

    fn terms(&self) -> DelegationTerms {
        DelegationTerms {
            id: self.id,
            from: self.from,
            to: self.to,
            module: self.module,
            starts: self.starts,
            ends: self.ends,
        }
    }
}

/// A delegation to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelegation {
    /// The delegate.
    pub to: PersonId,
    /// The module; `None` for everywhere.
    pub module: Option<ModuleId>,
    /// The start; a time in the past means now.
    pub starts: Timestamp,
    /// The end, exclusive.
    pub ends: Timestamp,
    /// The reason.
    pub reason: Option<String>,
}

impl Identity {
    /// Delegates the caller's permission to decide reviews for a limited time.
    ///
    /// # Errors
    /// [`Denied::Missing`] if the caller is not a reviewer there; [`IdentityError::Invalid`] if the
    /// delegate is the caller or inactive, or if the dates are invalid.
    pub async fn delegate(
        &self,
        caller: &Caller,
        new: NewDelegation,
    ) -> Result<Delegation, IdentityError> {
        caller.in_person()?;
        let reviews = match new.module {
            Some(module) => caller.person().holds_in(Role::Reviewer, module),
            None => caller.person().reviews_anywhere(),
        };
        if !reviews {
            let right = "review, which is what a delegation hands over";
            return Err(Denied::Missing { right }.into());
        }
        let now = self.now();
        let starts = new.starts.max(now);
        check_span(starts, new.ends)?;
        let reason = checked_reason(new.reason)?;
        let to = self
            .person(new.to)
            .await?
            .filter(|to| to.active && to.id != caller.id());
        let to =
            to.ok_or_else(|| IdentityError::invalid("to", "Choose somebody else, who is active."))?;
        let (given, _) = self.delegations(caller.id()).await?;
        if given.iter().filter(|one| !one.is_over(now)).count() >= MOST {
            let why = format!("You have given {MOST} delegations; end one of them first.");
            return Err(IdentityError::invalid("to", why));
        }
        let delegation = Delegation {
            id: DelegationId::new(),
            from: caller.id(),
            to: to.id,
            module: new.module,
            starts,
            ends: new.ends,
            reason,
            given_at: now,
            ended_at: None,
        };
        let mut batch = Batch::new();
        DELEGATIONS.insert(&mut batch, &delegation.id, &delegation);
        BY_GIVER.put(&mut batch, &(delegation.from, delegation.id), &());
        BY_RECEIVER.put(&mut batch, &(delegation.to, delegation.id), &());
        let given = IdentityEvent::DelegationGiven {
            new: delegation.terms(),
        };
        let subject = Subject::person(caller.id());
        let mut event = AuditEvent::new(caller.id(), given, subject);
        event.module = delegation.module;
        if let Some(reason) = &delegation.reason {
            event = event.because(reason);
        }
        self.journal.record(batch, vec![event]).await?;
        Ok(delegation)
    }

    /// Ends a delegation early, by either of the two people.
    ///
    /// # Errors
    /// [`IdentityError::Unknown`] for other people's delegations and for one that has ended.
    pub async fn end_delegation(
        &self,
        caller: &Caller,
        id: DelegationId,
    ) -> Result<Delegation, IdentityError> {
        let found = DELEGATIONS.get_versioned(&self.store, &id).await?;
        let found = found.ok_or(UNKNOWN)?;
        let mut delegation = found.value.clone();
        let own = [delegation.from, delegation.to].contains(&caller.id());
        let now = self.now();
        if !own || delegation.is_over(now) {
            return Err(UNKNOWN);
        }
        delegation.ended_at = Some(now);
        let mut batch = Batch::new();
        DELEGATIONS.put_expecting(&mut batch, &id, &delegation, &found);
        let subject = Subject::person(delegation.from);
        let ended = IdentityEvent::DelegationEnded {
            new: delegation.terms(),
        };
        let mut event = AuditEvent::new(caller.id(), ended, subject);
        event.module = delegation.module;
        match self.journal.record(batch, vec![event]).await {
            Err(JournalError::Conflict { .. }) => Err(UNKNOWN),
            done => done.map(|_| delegation).map_err(IdentityError::from),
        }
    }

    /// Returns the delegations that a person gave and those that they received, newest first.
    pub async fn delegations(
        &self,
        person: PersonId,
    ) -> Result<(Vec<Delegation>, Vec<Delegation>), IdentityError> {
        let given = self.delegations_in(&BY_GIVER, person).await?;
        let got = self.delegations_in(&BY_RECEIVER, person).await?;
        Ok((given, got))
    }

    async fn delegations_in(
        &self,
        index: &Table<(PersonId, DelegationId), ()>,
        person: PersonId,
    ) -> Result<Vec<Delegation>, IdentityError> {
        let mut found = Vec::new();
        for ((_, id), ()) in index
            .scan_under(&self.store, &person)
            .await?
            .into_iter()
            .rev()
        {
            found.extend(DELEGATIONS.get(&self.store, &id).await?);
        }
        Ok(found)
    }

    /// Returns the delegated permissions that the caller currently has in `place`, from people who
    /// are still reviewers there.
    pub async fn stands_in(
        &self,
        caller: &Caller,
        place: &Place,
    ) -> Result<Vec<Approver>, IdentityError> {
        let Ok(editor) = caller.editor(place) else {
            return Ok(Vec::new());
        };
        let now = self.now();
        let mut found: Vec<Approver> = Vec::new();
        for delegation in self.delegations_in(&BY_RECEIVER, caller.id()).await? {
            let here = delegation
                .module
                .is_none_or(|module| module == place.module);
            let known = |one: &Approver| one.represented().map(|p| p.id) == Some(delegation.from);
            if !here || !delegation.holds(now) || found.iter().any(known) {
                continue;
            }
            if let Some(reviewer) = self.reviewer_still(delegation.from, place).await? {
                let stands_in = Approver::instead_of(editor.clone(), reviewer, delegation.id);
                found.push(stands_in);
            }
        }
        Ok(found)
    }

    /// Proves permission to decide reviews in `place`: on behalf of `seat` if that is another
    /// person, otherwise the caller's own.
    pub async fn approver(
        &self,
        caller: &Caller,
        place: &Place,
        seat: Option<PersonId>,
    ) -> Result<Approver, IdentityError> {
        caller.in_person()?;
        let Some(seat) = seat.filter(|seat| *seat != caller.id()) else {
            return Ok(caller.reviewer(place)?.into());
        };
        caller.editor(place)?;
        let mut found = self.stands_in(caller, place).await?.into_iter();
        let right = "decide for this person";
        found
            .find(|one| one.represented().map(|reviewer| reviewer.id) == Some(seat))
            .ok_or_else(|| Denied::Missing { right }.into())
    }

    /// Returns the person if they are active and currently a reviewer in `place`.
    async fn reviewer_still(
        &self,
        id: PersonId,
        place: &Place,
    ) -> Result<Option<Person>, IdentityError> {
        let asked = self.active_caller(id, Via::Lookup).await;
        Ok(asked
            .filter(|asked| asked.reviewer(place).is_ok())
            .map(|asked| asked.person().clone()))
    }
}

fn check_span(starts: Timestamp, ends: Timestamp) -> Result<(), IdentityError> {
    let why = match () {
        () if ends <= starts => "The last day lies before the first, or has passed.",
        () if ends.since(starts) > LONGEST => "A delegation lasts a year at most.",
        () => return Ok(()),
    };
    Err(IdentityError::invalid("ends", why))
}

fn checked_reason(reason: Option<String>) -> Result<Option<String>, IdentityError> {
    let reason = reason.map(|reason| reason.trim().to_owned());
    let reason = reason.filter(|reason| !reason.is_empty());
    let long = |reason: &String| reason.chars().count() > LONGEST_REASON;
    match reason.as_ref().is_some_and(long) {
        true => {
            let why = format!("A reason has at most {LONGEST_REASON} letters.");
            Err(IdentityError::invalid("reason", why))
        }
        false => Ok(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grant;
    use crate::tests::{Fixture, fixture};

    const DAY: Duration = Duration::from_secs(86_400);

    fn place(module: ModuleId) -> Place {
        Place {
            module,
            open: true,
            suggest: false,
            controlled: false,
        }
    }

    /// Signs in Rita, who is a reviewer, and Tom, who is not.
    async fn rita_and_tom(rita: Grant) -> (Fixture, Caller, Caller) {
        let fixture = fixture().await;
        fixture.person("rita", &[rita]).await;
        let trains = Grant::everywhere(Role::Trainer);
        fixture.person("tom", &[trains]).await;
        let (rita, tom) = (fixture.sign_in("rita").await, fixture.sign_in("tom").await);
        (fixture, rita, tom)
    }

    impl Fixture {
        /// Delegates from tomorrow, for three days.
        async fn hands_over(
            &self,
            from: &Caller,
            to: PersonId,
            module: Option<ModuleId>,
        ) -> Result<Delegation, IdentityError> {
            let now = self.identity.now();
            let new = NewDelegation {
                to,
                module,
                starts: now.plus(DAY),
                ends: now.plus(4 * DAY),
                reason: Some(" On leave. ".into()),
            };
            self.identity.delegate(from, new).await
        }

        async fn seats(&self, caller: &Caller, module: ModuleId) -> Vec<String> {
            let found = self
                .identity
                .stands_in(caller, &place(module))
                .await
                .unwrap();
            let name = |one: &Approver| one.represented().unwrap().login.clone();
            found.iter().map(name).collect()
        }
    }

    #[tokio::test]
    async fn a_delegation_is_in_force_only_on_its_days() {
        let module = ModuleId::new();
        let (fixture, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        let given = fixture.hands_over(&rita, tom.id(), None).await.unwrap();
        assert_eq!(given.reason.as_deref(), Some("On leave."));
        assert!(fixture.seats(&tom, module).await.is_empty(), "not yet");
        fixture.clock.advance(DAY);
        assert_eq!(fixture.seats(&tom, module).await, ["rita"]);
        let here = place(module);
        let approver = fixture.identity.approver(&tom, &here, Some(rita.id()));
        let approver = approver.await.unwrap();
        assert_eq!(approver.person().id, tom.id());
        assert_eq!(approver.delegation(), Some(given.id));
        assert!(
            tom.reviewer(&place(module)).is_err(),
            "only the decision is delegated"
        );
        fixture.clock.advance(3 * DAY);
        assert!(fixture.seats(&tom, module).await.is_empty(), "not any more");
        let refused = fixture.identity.approver(&tom, &here, Some(rita.id()));
        assert!(matches!(refused.await, Err(IdentityError::Denied(_))));
    }

    #[tokio::test]
    async fn a_delegation_ends_with_the_delegated_role_and_cannot_be_passed_on() {
        let (here, there) = (ModuleId::new(), ModuleId::new());
        let (fixture, rita, tom) = rita_and_tom(Grant::within(Role::Reviewer, here)).await;
        let una = fixture
            .person("una", &[Grant::everywhere(Role::Trainer)])
            .await;
        fixture
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        fixture.hands_over(&rita, tom.id(), None).await.unwrap();
        fixture.clock.advance(DAY);
        assert_eq!(fixture.seats(&tom, here).await, ["rita"]);
        assert!(
            fixture.seats(&tom, there).await.is_empty(),
            "rita is a reviewer here only"
        );
        let onward = fixture.hands_over(&tom, una.id, None).await.unwrap_err();
        assert!(matches!(onward, IdentityError::Denied(_)), "{onward}");
        let root = fixture.sign_in("root").await.admin().unwrap();
        fixture
            .identity
            .set_roles(&root, rita.id(), Vec::new())
            .await
            .unwrap();
        assert!(
            fixture.seats(&tom, here).await.is_empty(),
            "rita is not a reviewer any more"
        );
    }

    #[tokio::test]
    async fn only_the_two_people_involved_can_end_a_delegation() {
        let module = ModuleId::new();
        let (fixture, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        fixture
            .person("una", &[Grant::everywhere(Role::Reviewer)])
            .await;
        let una = fixture.sign_in("una").await;
        for by in [&rita, &tom] {
            let given = fixture
                .hands_over(&rita, tom.id(), Some(module))
                .await
                .unwrap();
            let refused = fixture.identity.end_delegation(&una, given.id).await;
            assert!(matches!(refused, Err(IdentityError::Unknown { .. })));
            fixture.identity.end_delegation(by, given.id).await.unwrap();
            let again = fixture.identity.end_delegation(by, given.id).await;
            assert!(matches!(again, Err(IdentityError::Unknown { .. })));
        }
        fixture.clock.advance(DAY);
        assert!(fixture.seats(&tom, module).await.is_empty());
        let (given, got) = fixture.identity.delegations(tom.id()).await.unwrap();
        assert_eq!(
            (given.len(), got.len()),
            (0, 2),
            "delegations are never deleted"
        );
    }

    #[tokio::test]
    async fn invalid_dates_and_people_are_refused() {
        let (fixture, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        let now = fixture.identity.now();
        let new = |to, starts, ends| NewDelegation {
            to,
            module: None,
            starts,
            ends,
            reason: None,
        };
        for (wrong, field) in [
            (new(tom.id(), now.plus(DAY), now.plus(DAY)), "ends"),
            (new(tom.id(), now, now.plus(367 * DAY)), "ends"),
            (new(rita.id(), now, now.plus(DAY)), "to"),
            (new(PersonId::new(), now, now.plus(DAY)), "to"),
        ] {
            let refused = fixture.identity.delegate(&rita, wrong).await.unwrap_err();
            assert_eq!(refused.field(), Some(field), "{refused}");
        }
        let early = Timestamp::from_millis(0);
        let given = fixture
            .identity
            .delegate(&rita, new(tom.id(), early, now.plus(DAY)));
        assert_eq!(
            given.await.unwrap().starts,
            now,
            "a delegation is never backdated"
        );
    }
}
