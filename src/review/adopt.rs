//! Adopting reviews and versions from another server.

use std::collections::BTreeMap;

use lectern_article::Article;
use lectern_article::links::LinkBindings;
use lectern_base::{ReviewId, Timestamp};
use lectern_store::Batch;

use super::review::{OF_ARTICLE, REVIEWS, Review};
use super::review_state::ReviewState;
use super::review_timers;
use super::reviews::Reviews;
use super::signature::Signature;
use super::version::{VERSIONS, Version};

/// An article from another server, with its reviews.
#[derive(Debug, Clone, Copy)]
pub struct AdoptedArticle<'a> {
    /// The article.
    pub article: &'a Article,
    /// Its versions.
    pub versions: &'a [Version],
    /// The links of its versions by number, as far as they were bound.
    pub links: &'a BTreeMap<u32, LinkBindings>,
    /// Its reviews.
    pub reviews: &'a [Review],
    /// The signatures under its texts.
    pub signatures: &'a [Signature],
}

impl Reviews {
    /// Puts the records into `batch` unchanged, and sets the review dates of the readable version.
    ///
    /// Open reviews are withdrawn, since their reviewers are not here to decide; returns these.
    pub fn adopt(
        &self,
        batch: &mut Batch,
        adopted: &AdoptedArticle<'_>,
        now: Timestamp,
    ) -> Vec<ReviewId> {
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
            if let Some(links) = adopted.links.get(&version.number) {
                self.adopt_links(batch, version, links);
            }
        }
        for signature in adopted.signatures {
            signature.put(batch);
        }
        let current = adopted.article.readable().map(|now| now.version);
        let version = adopted.versions.iter();
        if let Some(version) = version.into_iter().find(|one| Some(one.number) == current) {
            review_timers::set_review_dates(batch, &self.zone, version, now);
        }
        closed
    }
}
