//! Opens a review to be decided on, for pages and the interface alike.

use lectern_base::{PersonId, ReviewId};
use lectern_identity::{Approver, Caller, Place};
use lectern_review::{Review, ReviewError, UnderReview};

use super::{App, AppError};

/// A review that the caller may decide on.
#[derive(Debug)]
pub struct DecidableReview {
    /// The right to decide.
    pub approver: Approver,
    /// The review with its article, as they were read.
    pub under: UnderReview,
    /// Where permission is asked.
    pub place: Place,
}

impl DecidableReview {
    /// Returns the review.
    pub fn review(&self) -> &Review {
        self.under.review()
    }
}

impl App {
    /// Opens a review for a caller who decides on it by their own right, or by that of
    /// `on_behalf_of`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for those who may not know of it; that of `identity` for those who
    /// have no such right.
    pub async fn open_to_decide(
        &self,
        caller: &Caller,
        id: ReviewId,
        on_behalf_of: Option<PersonId>,
    ) -> Result<DecidableReview, AppError> {
        let missing = || AppError::NotFound("review");
        let under = match self.reviews.under_review(id).await {
            Err(ReviewError::NotFound | ReviewError::NoArticle) => return Err(missing()),
            found => found?,
        };
        let article = under.article().clone();
        let opened = self.let_in_article(caller, Some(article)).await;
        let place = opened.map_err(|_| missing())?.place;
        caller.editor(&place)?;
        let identity = &self.identity;
        let approver = identity.approver(caller, &place, on_behalf_of).await?;
        Ok(DecidableReview {
            approver,
            under,
            place,
        })
    }
}
