//! Who may act on the effective version of an article.

use lectern_article::Article;
use lectern_identity::{Caller, Place};

use super::error::ReviewError;
use super::reviews::Reviews;

impl Reviews {
    /// Tells whether somebody may act on the effective version: the module's reviewers, the
    /// article's owner and, when the owner has left, the module's stewards.
    pub async fn may_act(
        &self,
        by: &Caller,
        article: &Article,
        place: &Place,
    ) -> Result<bool, ReviewError> {
        if article.effective.is_none() {
            return Ok(false);
        }
        if by.reviewer(place).is_ok() || article.owner == by.id() {
            return Ok(true);
        }
        if by.steward(place).is_err() {
            return Ok(false);
        }
        let owner = self.identity.person(article.owner).await?;
        Ok(owner.is_none_or(|owner| !owner.active))
    }
}
