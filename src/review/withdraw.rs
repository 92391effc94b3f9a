//! Taking a review back.

use serde_json::json;

use lectern_base::ReviewId;
use lectern_identity::Caller;
use lectern_journal::JournalError;
use lectern_store::Batch;

use super::error::ReviewError;
use super::record::{OPEN, REVIEWS, Review, ReviewState};
use super::reviews::{LONGEST_TEXT, Reviews, TRIES, deed, tidy};
use super::state::{Event, step};

impl Reviews {
    /// Takes a review back: its requester may, and whoever looks after the module.
    pub async fn withdraw(
        &self,
        by: &Caller,
        id: ReviewId,
        reason: Option<String>,
    ) -> Result<Review, ReviewError> {
        let reason = tidy(reason);
        if reason
            .as_ref()
            .is_some_and(|reason| reason.chars().count() > LONGEST_TEXT)
        {
            return Err(ReviewError::LongReason(LONGEST_TEXT));
        }
        for _ in 0..TRIES {
            match self.try_withdraw(by, id, reason.as_deref()).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_withdraw(
        &self,
        by: &Caller,
        id: ReviewId,
        reason: Option<&str>,
    ) -> Result<Review, ReviewError> {
        let found = self.versioned(id).await?;
        let article = self.article(found.value.article).await?;
        let place = self.module_of(&article.value).await?.place();
        by.reader(&place)?;
        if !found.value.is_open() {
            return Err(self.over(&found.value).await);
        }
        let state = self.state_of(&article.value, Some(&found.value)).await?;
        let steward = by.steward(&place).is_ok();
        let event = Event::Withdraw {
            by: by.id(),
            steward,
        };
        step(&state, &event, &found.value.rules())?;

        let mut review = found.value.clone();
        review.state = ReviewState::Withdrawn;
        review.outcome_at = Some(self.clock.now());
        let mut batch = Batch::new();
        REVIEWS.put_expecting(&mut batch, &id, &review, &found);
        OPEN.delete(&mut batch, &id);
        self.free(&mut batch, &article);
        let mut told = deed(by.id(), "review.withdrawn", &review)
            .from(json!({"state": found.value.state}))
            .to(json!({"article": review.article, "state": review.state}));
        if let Some(reason) = reason {
            told = told.because(reason);
        }
        self.journal.record(batch, vec![told]).await?;
        Ok(review)
    }
}
