//! Writes what the state machine decided: a transition becomes records.

use std::collections::BTreeSet;

use lectern_article::Article;
use lectern_base::{ReviewId, Timestamp};
use lectern_store::{Batch, Versioned};

use super::error::ReviewError;
use super::open_reviews;
use super::review::{REVIEWS, Review};
use super::review_state::ReviewState;
use super::reviews::Reviews;
use super::state::{Effect, Event, Transition, step};

/// A review with its article, as both were read; a commit expects them unchanged.
#[derive(Debug, Clone)]
pub struct UnderReview {
    pub(super) review: Versioned<Review>,
    pub(super) article: Versioned<Article>,
}

impl UnderReview {
    /// Returns the review.
    pub fn review(&self) -> &Review {
        &self.review.value
    }

    /// Returns its article.
    pub fn article(&self) -> &Article {
        &self.article.value
    }
}

impl Review {
    /// Takes over what a transition changed in the review that was open before it.
    pub(super) fn apply(&mut self, transition: &Transition, at: Timestamp) {
        for effect in &transition.effects {
            match effect {
                Effect::Approved => self.state = ReviewState::Approved,
                Effect::Reminded => self.reminded_at = Some(at),
                _ => {}
            }
        }
        if let Some(outcome) = transition.outcome {
            self.state = outcome;
            self.outcome_at = Some(at);
        }
    }

    /// Takes over who may decide at each stage from the transition that opened this review.
    pub(super) fn seat(&mut self, transition: &Transition) {
        let stages = transition.state.open.iter().flat_map(|open| &open.stages);
        let mut reviewers = BTreeSet::new();
        for (mine, stage) in self.stages.iter_mut().zip(stages) {
            mine.approvers = stage.approvers.iter().copied().collect();
            reviewers.extend(stage.approvers.iter().copied());
        }
        self.reviewers = reviewers.into_iter().collect();
    }
}

/// Takes over what a transition changed in an article.
pub(super) fn apply_to_article(article: &mut Article, transition: &Transition) {
    if let Some(current) = transition.state.current {
        article.standing = current.standing;
    }
    if transition.outcome.is_some() {
        article.open_review = None;
    }
}

/// Puts a review into `batch`; one that can no longer be decided leaves the list of open ones.
pub(super) fn put_review(batch: &mut Batch, review: &Review, found: &Versioned<Review>) {
    REVIEWS.put_expecting(batch, &review.id, review, found);
    if !review.is_open() {
        open_reviews::delete(batch, review);
    }
}

impl Reviews {
    /// Returns a review with its article.
    ///
    /// # Errors
    /// [`ReviewError::NotFound`], [`ReviewError::NoArticle`].
    pub async fn under_review(&self, id: ReviewId) -> Result<UnderReview, ReviewError> {
        let review = self.versioned(id).await?;
        let article = self.article(review.value.article).await?;
        Ok(UnderReview { review, article })
    }

    /// Returns where an event leads that is about an open review.
    pub(super) async fn transition(
        &self,
        under: &UnderReview,
        event: &Event,
    ) -> Result<Transition, ReviewError> {
        let (review, article) = (under.review(), under.article());
        let state = self.state_of(article, Some(review)).await?;
        Ok(step(&state, event, &review.rules())?)
    }

    /// Puts a review into `batch` as a transition left it, and the article if the review ended.
    pub(super) async fn put_outcome(
        &self,
        batch: &mut Batch,
        under: &UnderReview,
        review: &Review,
        transition: &Transition,
    ) -> Result<(), ReviewError> {
        put_review(batch, review, &under.review);
        if transition.outcome.is_some() {
            let mut article = under.article.value.clone();
            apply_to_article(&mut article, transition);
            self.articles.put(batch, &article, &under.article).await?;
        }
        Ok(())
    }
}
