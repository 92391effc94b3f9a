//! Withdrawing a review.

use lectern_base::ReviewId;
use lectern_identity::Caller;
use lectern_store::{Batch, retrying};

use super::error::ReviewError;
use super::event::{ReviewEvent, ReviewStatus, WithdrawnReview, review_event};
use super::review::Review;
use super::reviews::{Reviews, checked_reason};
use super::state::Event;

impl Reviews {
    /// Withdraws a review. Its requester may, and a steward of the module.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] for anybody else, [`ReviewError::Over`] when it has ended.
    pub async fn withdraw(
        &self,
        by: &Caller,
        id: ReviewId,
        reason: Option<String>,
    ) -> Result<Review, ReviewError> {
        let reason = checked_reason(reason)?;
        retrying(ReviewError::Busy, || {
            self.try_withdraw(by, id, reason.as_deref())
        })
        .await
    }

    async fn try_withdraw(
        &self,
        by: &Caller,
        id: ReviewId,
        reason: Option<&str>,
    ) -> Result<Review, ReviewError> {
        let under = self.under_review(id).await?;
        let place = self.module_of(under.article()).await?.place();
        by.reader(&place)?;
        let before = under.review();
        if !before.is_open() {
            return Err(self.over(before).await);
        }
        let event = Event::Withdraw {
            by: by.id(),
            steward: by.steward(&place).is_ok(),
        };
        let transition = self.transition(&under, &event).await?;

        let mut review = before.clone();
        review.apply(&transition, self.clock.now());
        let mut batch = Batch::new();
        self.put_outcome(&mut batch, &under, &review, &transition)
            .await?;
        let withdrawn = ReviewEvent::Withdrawn {
            old: ReviewStatus {
                state: before.state,
            },
            new: WithdrawnReview {
                article: review.article,
                state: review.state,
                replaced_by: None,
            },
        };
        let mut event = review_event(by.id(), withdrawn, &review);
        if let Some(reason) = reason {
            event = event.because(reason);
        }
        self.journal.record(batch, vec![event]).await?;
        Ok(review)
    }
}
