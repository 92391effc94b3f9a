//! Taking over what was reviewed and signed in another instance.

use lectern_article::Article;
use lectern_base::{ReviewId, Timestamp};
use lectern_store::Batch;

use super::acknowledge::{self, Acknowledgement};
use super::record::{OF_ARTICLE, REVIEWS, Review, ReviewState, VERSIONS, Version};
use super::reviews::Reviews;
use super::signature::Signature;
use super::timers;

/// What comes with an article.
#[derive(Debug, Clone, Copy)]
pub struct Adopted<'a> {
    /// The article.
    pub article: &'a Article,
    /// Its versions.
    pub versions: &'a [Version],
    /// Its reviews.
    pub reviews: &'a [Review],
    /// The signatures under its texts.
    pub signatures: &'a [Signature],
    /// Who has read and understood its versions.
    pub acknowledgements: &'a [Acknowledgement],
}

impl Reviews {
    /// Puts records into `batch` as they are, and sets the review dates of the version that readers
    /// get.
    ///
    /// A review that was still open is withdrawn, since those who could decide cannot do so here;
    /// returns these.
    pub fn adopt(&self, batch: &mut Batch, adopted: &Adopted<'_>, now: Timestamp) -> Vec<ReviewId> {
        let mut closed = Vec::new();
        for review in adopted.reviews {
            let mut review = review.clone();
            if matches!(review.state, ReviewState::Candidate | ReviewState::Approved) {
                review.state = ReviewState::Withdrawn;
                review.outcome_at = Some(now);
                closed.push(review.id);
            }
            REVIEWS.insert(batch, &review.id, &review);
            OF_ARTICLE.put(batch, &(review.article, review.id), &());
        }
        for version in adopted.versions {
            VERSIONS.insert(batch, &(version.article, version.number), version);
        }
        for signature in adopted.signatures {
            signature.put(batch);
        }
        for given in adopted.acknowledgements {
            acknowledge::put(batch, given);
        }
        let current = adopted.article.readable().map(|now| now.version);
        let version = adopted.versions.iter();
        if let Some(version) = version.into_iter().find(|one| Some(one.number) == current) {
            timers::set_review_dates(batch, version, now);
        }
        closed
    }
}
