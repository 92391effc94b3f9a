//! Delegation: a reviewer who is away hands the right to decide over to somebody else, for a time.
//!
//! Whoever stands in decides "for" the reviewer, who must hold the right themselves at that moment;
//! what was handed over cannot be handed on. That neither of the two wrote the text is the review's
//! to check.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_base::{ArticleId, DelegationId, ModuleId, PersonId, Subject, Timestamp};
use lectern_journal::{AuditEvent, JournalError};
use lectern_store::{Batch, Table};

use super::{Approver, Caller, Denied, Identity, IdentityError, Person, Place, Role, Via};

/// All delegations; none is ever taken away.
static DELEGATIONS: Table<DelegationId, Delegation> = Table::new("delegations");
/// Those that each person gave.
static GIVEN: Table<(PersonId, DelegationId), ()> = Table::new("delegations_given");
/// Those that each person got.
static GOT: Table<(PersonId, DelegationId), ()> = Table::new("delegations_got");

/// The longest time for which a right is handed over.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// Delegations of one person that have not ended.
const MOST: usize = 50;
/// Letters of a reason.
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
    pub module: Option<ModuleId>,
    /// Since when it holds.
    pub starts: Timestamp,
    /// The first moment at which it holds no longer.
    pub ends: Timestamp,
    /// Why, in the reviewer's words.
    pub reason: Option<String>,
    /// When it was given.
    pub given_at: Timestamp,
    /// When somebody ended it before its time.
    pub ended_at: Option<Timestamp>,
}

impl Delegation {
    /// Tells whether it holds at a moment.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.starts <= now && !self.is_over(now)
    }

    /// Tells whether it will never hold again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended_at.is_some() || self.ends <= now
    }

    fn told(&self) -> serde_json::Value {
        json!({
            "id": self.id,
            "from": self.from,
            "to": self.to,
            "module": self.module,
            "starts": self.starts,
            "ends": self.ends,
        })
    }
}

/// A delegation to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelegation {
    /// Who shall stand in.
    pub to: PersonId,
    /// Where; everywhere when none.
    pub module: Option<ModuleId>,
    /// Since when; a moment that has passed means now.
    pub starts: Timestamp,
    /// The first moment at which it holds no longer.
    pub ends: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

impl Identity {
    /// Hands the caller's right to decide on reviews over to somebody else, for a time.
    ///
    /// # Errors
    /// [`Denied::Missing`] when the caller does not review there; [`IdentityError::Invalid`] for
    /// oneself, for somebody who is not active, and for dates that make no sense.
    pub async fn delegate(
        &self,
        caller: &Caller,
        new: NewDelegation,
    ) -> Result<Delegation, IdentityError> {
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
        GIVEN.put(&mut batch, &(delegation.from, delegation.id), &());
        GOT.put(&mut batch, &(delegation.to, delegation.id), &());
        let mut deed = AuditEvent::new(
            caller.id(),
            "delegation.given",
            Subject::person(caller.id()),
        )
        .to(delegation.told());
        deed.module = delegation.module;
        if let Some(reason) = &delegation.reason {
            deed = deed.because(reason);
        }
        self.journal.record(batch, vec![deed]).await?;
        Ok(delegation)
    }

    /// Ends a delegation at once: whoever gave it may, and whoever got it.
    ///
    /// # Errors
    /// [`IdentityError::Unknown`] for those of others, and for one that is over.
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
        let mut deed = AuditEvent::new(caller.id(), "delegation.ended", subject).to(delegation.told());
        deed.module = delegation.module;
        match self.journal.record(batch, vec![deed]).await {
            Err(JournalError::Conflict { .. }) => Err(UNKNOWN),
            done => done.map(|_| delegation).map_err(IdentityError::from),
        }
    }

    /// Returns the delegations that a person gave, and those that they got; newest first.
    pub async fn delegations(
        &self,
        person: PersonId,
    ) -> Result<(Vec<Delegation>, Vec<Delegation>), IdentityError> {
        let given = self.delegations_in(&GIVEN, person).await?;
        let got = self.delegations_in(&GOT, person).await?;
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

    /// Proves for whom the caller may decide on reviews in `place` at this moment: the reviewers
    /// whose right was handed over to them and who hold it still.
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
        for delegation in self.delegations_in(&GOT, caller.id()).await? {
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

    /// Proves that the caller may decide on reviews in `place`: for `seat` if that is somebody
    /// else, and otherwise by their own right.
    pub async fn approver(
        &self,
        caller: &Caller,
        place: &Place,
        seat: Option<PersonId>,
    ) -> Result<Approver, IdentityError> {
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

    /// A person who is active and reviews in `place` at this moment.
    async fn reviewer_still(
        &self,
        id: PersonId,
        place: &Place,
    ) -> Result<Option<Person>, IdentityError> {
        let asked = self.admitted(id, Via::Ticket(ArticleId::new())).await;
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
    use crate::tests::{House, house};

    const DAY: Duration = Duration::from_secs(86_400);

    fn place(module: ModuleId) -> Place {
        Place {
            module,
            open: true,
            suggest: false,
        }
    }

    /// Rita reviews and Tom does not; both are signed in.
    async fn rita_and_tom(rita: Grant) -> (House, Caller, Caller) {
        let house = house().await;
        house.person("rita", &[rita]).await;
        let trains = Grant::everywhere(Role::Trainer);
        house.person("tom", &[trains]).await;
        let (rita, tom) = (house.sign_in("rita").await, house.sign_in("tom").await);
        (house, rita, tom)
    }

    impl House {
        /// From tomorrow, for three days.
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
    async fn a_right_is_handed_over_for_its_days_alone() {
        let module = ModuleId::new();
        let (house, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        let given = house.hands_over(&rita, tom.id(), None).await.unwrap();
        assert_eq!(given.reason.as_deref(), Some("On leave."));
        assert!(house.seats(&tom, module).await.is_empty(), "not yet");
        house.clock.advance(DAY);
        assert_eq!(house.seats(&tom, module).await, ["rita"]);
        let here = place(module);
        let approver = house.identity.approver(&tom, &here, Some(rita.id()));
        let approver = approver.await.unwrap();
        assert_eq!(approver.person().id, tom.id());
        assert_eq!(approver.delegation(), Some(given.id));
        assert!(
            tom.reviewer(&place(module)).is_err(),
            "nothing but deciding"
        );
        house.clock.advance(3 * DAY);
        assert!(house.seats(&tom, module).await.is_empty(), "no longer");
        let refused = house.identity.approver(&tom, &here, Some(rita.id()));
        assert!(matches!(refused.await, Err(IdentityError::Denied(_))));
    }

    #[tokio::test]
    async fn it_ends_with_the_right_it_hands_over_and_cannot_be_handed_on() {
        let (here, there) = (ModuleId::new(), ModuleId::new());
        let (house, rita, tom) = rita_and_tom(Grant::within(Role::Reviewer, here)).await;
        let una = house
            .person("una", &[Grant::everywhere(Role::Trainer)])
            .await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        house.hands_over(&rita, tom.id(), None).await.unwrap();
        house.clock.advance(DAY);
        assert_eq!(house.seats(&tom, here).await, ["rita"]);
        assert!(
            house.seats(&tom, there).await.is_empty(),
            "rita reviews here alone"
        );
        let onward = house.hands_over(&tom, una.id, None).await.unwrap_err();
        assert!(matches!(onward, IdentityError::Denied(_)), "{onward}");
        let root = house.sign_in("root").await.admin().unwrap();
        house
            .identity
            .set_roles(&root, rita.id(), Vec::new())
            .await
            .unwrap();
        assert!(
            house.seats(&tom, here).await.is_empty(),
            "rita has it no longer"
        );
    }

    #[tokio::test]
    async fn either_side_ends_it_and_nobody_else() {
        let module = ModuleId::new();
        let (house, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        house
            .person("una", &[Grant::everywhere(Role::Reviewer)])
            .await;
        let una = house.sign_in("una").await;
        for by in [&rita, &tom] {
            let given = house
                .hands_over(&rita, tom.id(), Some(module))
                .await
                .unwrap();
            let refused = house.identity.end_delegation(&una, given.id).await;
            assert!(matches!(refused, Err(IdentityError::Unknown { .. })));
            house.identity.end_delegation(by, given.id).await.unwrap();
            let again = house.identity.end_delegation(by, given.id).await;
            assert!(matches!(again, Err(IdentityError::Unknown { .. })));
        }
        house.clock.advance(DAY);
        assert!(house.seats(&tom, module).await.is_empty());
        let (given, got) = house.identity.delegations(tom.id()).await.unwrap();
        assert_eq!((given.len(), got.len()), (0, 2), "they stay on record");
    }

    #[tokio::test]
    async fn dates_and_people_that_make_no_sense_are_refused() {
        let (house, rita, tom) = rita_and_tom(Grant::everywhere(Role::Reviewer)).await;
        let now = house.identity.now();
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
            let refused = house.identity.delegate(&rita, wrong).await.unwrap_err();
            assert_eq!(refused.field(), Some(field), "{refused}");
        }
        let early = Timestamp::from_millis(0);
        let given = house
            .identity
            .delegate(&rita, new(tom.id(), early, now.plus(DAY)));
        assert_eq!(given.await.unwrap().starts, now, "it never reaches back");
    }
}
