//! By which rights somebody may decide on a review: their own, or that of reviewers they stand in
//! for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use lectern_base::{ModuleId, PersonId};
use lectern_identity::{Approver, Caller, Place};

use super::error::ReviewError;
use super::refusal::Refusal;
use super::review::{OPEN, Review};
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

impl Reviews {
    /// Returns the reviews that a person should decide on next, oldest first, including those of
    /// people they stand in for.
    pub async fn waiting_for(&self, caller: &Caller) -> Result<Vec<PendingReview>, ReviewError> {
        let mut waiting = Vec::new();
        let mut rights: HashMap<ModuleId, Vec<Approver>> = HashMap::new();
        for (id, module) in OPEN.all(&self.store).await? {
            if let Entry::Vacant(unknown) = rights.entry(module) {
                unknown.insert(match self.modules.get(module).await? {
                    Some(module) => self.approvers(caller, &module.place()).await?,
                    None => Vec::new(),
                });
            }
            let rights = &rights[&module];
            if rights.is_empty() {
                continue;
            }
            let Some(review) = self.get(id).await? else {
                continue;
            };
            let waits = |by: &&Approver| review.waits_for_voter(voter(by));
            if let Some(by) = rights.iter().find(waits) {
                let instead_of = by.represented().map(|reviewer| reviewer.id);
                waiting.push(PendingReview { review, instead_of });
            }
        }
        Ok(waiting)
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
