//! By which rights somebody may decide on a review: their own, or that of reviewers they stand in
//! for.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use lectern_base::{ModuleId, Page, PersonId, Seek};
use lectern_identity::{Approver, Caller, Grant, Place, Role};

use super::error::ReviewError;
use super::open_reviews::{self, ReviewScope};
use super::refusal::Refusal;
use super::review::Review;
use super::reviews::Reviews;
use super::state::Voter;

/// A review that a person should decide on next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingReview {
    /// The review.
    pub review: Review,
    /// The reviewer they stand in for; `None` when they decide by their own right.
    pub instead_of: Option<PersonId>,
}

/// Returns who decides by a right, and in whose place.
fn voter(by: &Approver) -> Voter {
    let person = by.person().id;
    let seat = by.represented().map_or(person, |reviewer| reviewer.id);
    Voter { person, seat }
}

/// Returns the review as one that waits for a decision by the first of `rights` for which it does.
fn pending(review: Review, rights: &[Approver]) -> Option<PendingReview> {
    let waits = |by: &&Approver| review.waits_for_voter(voter(by));
    let by = rights.iter().find(waits)?;
    let instead_of = by.represented().map(|reviewer| reviewer.id);
    Some(PendingReview { review, instead_of })
}

impl Reviews {
    /// Returns a page of the reviews that a person should decide on next, oldest first, including
    /// those of people they stand in for.
    ///
    /// The cursor is the last review of the page before. Only open reviews in modules where the
    /// person decides are read.
    pub async fn waiting_for(
        &self,
        caller: &Caller,
        seek: &Seek,
    ) -> Result<Page<PendingReview>, ReviewError> {
        let limit = seek.limit();
        let scope = self.scope_of(caller).await?;
        let mut after = seek.after.as_deref().and_then(|text| text.parse().ok());
        let mut rights: HashMap<ModuleId, Vec<Approver>> = HashMap::new();
        let mut waiting = Vec::new();
        loop {
            let found = open_reviews::after(&self.store, &scope, after, limit + 1).await?;
            let is_last = found.len() <= limit;
            after = found.last().map(|(id, _)| *id);
            for (id, module) in found {
                if let Entry::Vacant(unknown) = rights.entry(module) {
                    unknown.insert(match self.modules.get(module).await? {
                        Some(module) => self.approvers(caller, &module.place()).await?,
                        None => Vec::new(),
                    });
                }
                let rights = &rights[&module];
                if rights.is_empty() || waiting.len() > limit {
                    continue;
                }
                let review = self.get(id).await?;
                waiting.extend(review.and_then(|review| pending(review, rights)));
            }
            if is_last || waiting.len() > limit {
                let cursor = |one: &PendingReview| one.review.id.to_string();
                return Ok(Page::of(waiting, limit, cursor));
            }
        }
    }

    /// Tells whether a review is among those that a person should decide on next.
    pub async fn is_waiting_for(
        &self,
        caller: &Caller,
        place: &Place,
        review: &Review,
    ) -> Result<bool, ReviewError> {
        let rights = self.approvers(caller, place).await?;
        Ok(review.is_open() && pending(review.clone(), &rights).is_some())
    }

    /// Returns where somebody, or one of those they stand in for, is a reviewer.
    async fn scope_of(&self, caller: &Caller) -> Result<ReviewScope, ReviewError> {
        let mut grants = caller.person().roles.clone();
        let (_, received) = self.identity.delegations(caller.id()).await?;
        let now = self.clock.now();
        for delegation in received.iter().filter(|one| one.holds(now)) {
            match delegation.module {
                Some(module) => grants.push(Grant::within(Role::Reviewer, module)),
                None => {
                    let giver = self.identity.person(delegation.from).await?;
                    grants.extend(giver.map(|giver| giver.roles).unwrap_or_default());
                }
            }
        }
        grants.retain(|grant| grant.role == Role::Reviewer);
        let modules = grants.iter().map(|grant| grant.module);
        let modules: Option<BTreeSet<ModuleId>> = modules.collect();
        Ok(modules.map_or(ReviewScope::Everywhere, ReviewScope::Modules))
    }

    /// Returns the rights by which somebody decides on reviews in `place`: their own first, then
    /// those of the people they stand in for.
    async fn approvers(
        &self,
        caller: &Caller,
        place: &Place,
    ) -> Result<Vec<Approver>, ReviewError> {
        let own = caller.reviewer(place).ok().map(Approver::from);
        let mut rights = Vec::from_iter(own);
        rights.extend(self.identity.stands_in(caller, place).await?);
        Ok(rights)
    }

    /// Returns the rights by which somebody may decide on this review.
    ///
    /// # Errors
    /// Why they may not: [`Refusal::OwnWork`] and [`Refusal::TheirWork`] for those who wrote,
    /// [`Denied`](lectern_identity::Denied) for those who have no right.
    pub async fn rights_on(
        &self,
        caller: &Caller,
        place: &Place,
        review: &Review,
    ) -> Result<Vec<Approver>, ReviewError> {
        let mut rights = self.approvers(caller, place).await?;
        if rights.is_empty() {
            caller.reviewer(place)?;
        }
        if review.contributors.contains(&caller.id()) {
            return Err(Refusal::OwnWork.into());
        }
        rights.retain(|by| !review.is_of(voter(by)));
        match rights.is_empty() {
            true => Err(Refusal::TheirWork.into()),
            false => Ok(rights),
        }
    }
}
