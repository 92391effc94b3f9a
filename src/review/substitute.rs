//! Reviewers who can no longer decide, and their substitutes.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use lectern_base::{PersonId, ReviewId};
use lectern_identity::{Appointer, Place};
use lectern_journal::Actor;
use lectern_store::{Batch, retrying};

use super::apply::{UnderReview, put_review};
use super::error::ReviewError;
use super::event::{MissingReviewers, NamedSubstitute, ReviewEvent, review_event};
use super::review::{Review, Substitution};
use super::reviews::{Reviews, checked_reason};
use super::state::{Effect, Event, SubstituteRequest, Transition};

impl Reviews {
    /// Names a reviewer who decides in the place of one who can no longer.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] unless the first is needed and cannot decide, and the second is a
    /// reviewer of the module, did not contribute, and does not decide at the stage already.
    pub async fn name_substitute(
        &self,
        by: &Appointer,
        id: ReviewId,
        missing: PersonId,
        substitute: PersonId,
        reason: Option<String>,
    ) -> Result<Review, ReviewError> {
        let reason = checked_reason(reason)?;
        retrying(ReviewError::Busy, || {
            self.try_substitute(by, id, missing, substitute, reason.as_deref())
        })
        .await
    }

    async fn try_substitute(
        &self,
        by: &Appointer,
        id: ReviewId,
        missing: PersonId,
        substitute: PersonId,
        reason: Option<&str>,
    ) -> Result<Review, ReviewError> {
        let under = self.under_review(id).await?;
        let before = under.review();
        if before.module != by.module() {
            return Err(ReviewError::NotFound);
        }
        if !before.is_open() {
            return Err(self.over(before).await);
        }
        let place = self.module_of(under.article()).await?.place();
        let actor = by.person().id;
        let event = Event::Substitute(SubstituteRequest {
            by: actor,
            missing,
            substitute,
            reviewers: self.reviewers_now(&place).await?,
            reasoned: reason.is_some(),
        });
        let transition = self.transition(&under, &event).await?;
        let stage = transition.effects.iter().find_map(|effect| match effect {
            Effect::Substituted { stage } => Some(*stage),
            _ => None,
        });
        let damaged = ReviewError::Damaged(before.article);
        let (stage, reason) = stage.zip(reason).ok_or(damaged)?;

        let mut review = before.clone();
        review.missing = still_missing(&transition);
        review.substitutions.push(Substitution {
            stage,
            missing,
            substitute,
            by: actor,
            reason: reason.to_owned(),
            at: self.clock.now(),
        });
        let named = ReviewEvent::SubstituteNamed {
            new: NamedSubstitute {
                article: review.article,
                stage: review.stages()[stage].title.clone(),
                missing,
                substitute,
            },
        };
        let event = review_event(actor, named, &review).because(reason);
        let mut batch = Batch::new();
        put_review(&mut batch, &review, &under.review);
        self.journal.record(batch, vec![event]).await?;
        Ok(review)
    }

    /// Returns who can be named as a substitute for `missing`, by id: the reviewers of the module
    /// who did not contribute and do not decide at that stage already.
    pub async fn possible_substitutes(
        &self,
        by: &Appointer,
        place: &Place,
        review: &Review,
        missing: PersonId,
    ) -> Result<Vec<PersonId>, ReviewError> {
        let under = self.under_review(review.id).await?;
        let reviewers = self.reviewers_now(place).await?;
        let state = self.state_of(under.article(), Some(review)).await?;
        let may = |substitute: &PersonId| {
            let event = Event::Substitute(SubstituteRequest {
                by: by.person().id,
                missing,
                substitute: *substitute,
                reviewers: reviewers.clone(),
                reasoned: true,
            });
            super::state::step(&state, &event, &review.rules()).is_ok()
        };
        Ok(reviewers.iter().copied().filter(may).collect())
    }

    /// Reports the approvers of these open reviews who can no longer decide, each once.
    pub(super) async fn report_missing(
        &self,
        reviews: impl IntoIterator<Item = ReviewId>,
    ) -> Result<(), ReviewError> {
        let mut reviewers = HashMap::new();
        for id in reviews {
            let review = self.get(id).await?.filter(Review::is_open);
            let Some(module) = review.map(|review| review.module) else {
                continue;
            };
            if let Entry::Vacant(unknown) = reviewers.entry(module) {
                let Some(found) = self.modules.get(module).await? else {
                    continue;
                };
                unknown.insert(self.reviewers_now(&found.place()).await?);
            }
            let reviewers = &reviewers[&module];
            retrying(ReviewError::Busy, || self.try_report(id, reviewers)).await?;
        }
        Ok(())
    }

    async fn try_report(
        &self,
        id: ReviewId,
        reviewers: &BTreeSet<PersonId>,
    ) -> Result<(), ReviewError> {
        let under = match self.under_review(id).await {
            Err(ReviewError::NotFound | ReviewError::NoArticle) => return Ok(()),
            found => found?,
        };
        let reviewers = reviewers.clone();
        let event = Event::ReviewersChanged { reviewers };
        match self.transition(&under, &event).await {
            Ok(transition) => self.record_missing(&under, &transition).await,
            Err(ReviewError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn record_missing(
        &self,
        under: &UnderReview,
        transition: &Transition,
    ) -> Result<(), ReviewError> {
        let before = under.review();
        let mut review = before.clone();
        review.missing = still_missing(transition);
        let mut events = Vec::new();
        for effect in &transition.effects {
            if let Effect::ReviewersMissing { stage } = effect {
                let new = review.missing.iter();
                let new = new.filter(|person| !before.missing.contains(person));
                let missing = ReviewEvent::ReviewersMissing {
                    new: MissingReviewers {
                        article: review.article,
                        stage: review.stages()[*stage].title.clone(),
                        missing: new.copied().collect(),
                        requested_by: review.requested_by,
                    },
                };
                events.push(review_event(Actor::System, missing, &review));
            }
        }
        let mut batch = Batch::new();
        put_review(&mut batch, &review, &under.review);
        self.journal.record(batch, events).await?;
        Ok(())
    }

    async fn reviewers_now(&self, place: &Place) -> Result<BTreeSet<PersonId>, ReviewError> {
        let reviewers = self.identity.reviewers_of(place).await?;
        Ok(reviewers.into_iter().map(|person| person.id).collect())
    }
}

fn still_missing(transition: &Transition) -> Vec<PersonId> {
    let open = transition.state.open.iter();
    open.flat_map(|open| open.missing.iter().copied()).collect()
}
