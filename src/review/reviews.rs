//! The service: look-ups of reviews and versions.

use std::sync::Arc;

use lectern_article::{Article, Articles};
use lectern_base::{ArticleId, Clock, PersonId, ReviewId, Zone};
use lectern_identity::Identity;
use lectern_journal::Journal;
use lectern_module::{Module, Modules};
use lectern_revision::{Revisions, SectionDiff};
use lectern_store::{Store, Versioned};

use super::error::ReviewError;
use super::review::{OF_ARTICLE, REVIEWS, Review};
use super::state::{Current, State};
use super::version::{VERSIONS, Version};

/// Letters of a reason or a summary.
pub(super) const LONGEST_TEXT: usize = 4_000;

/// All reviews.
pub struct Reviews {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// The zone in which days begin and end.
    pub(super) zone: Zone,
    pub(super) identity: Arc<Identity>,
    pub(super) modules: Arc<Modules>,
    pub(super) articles: Arc<Articles>,
    pub(super) revisions: Arc<Revisions>,
}

impl Reviews {
    /// Creates the service on `store`; review dates and effective dates are days in `zone`.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each service that it uses"
    )]
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        identity: Arc<Identity>,
        modules: Arc<Modules>,
        articles: Arc<Articles>,
        revisions: Arc<Revisions>,
        clock: Arc<dyn Clock>,
        zone: Zone,
    ) -> Self {
        Self {
            store,
            journal,
            clock,
            zone,
            identity,
            modules,
            articles,
            revisions,
        }
    }

    /// Returns a review.
    pub async fn get(&self, id: ReviewId) -> Result<Option<Review>, ReviewError> {
        Ok(REVIEWS.get(&self.store, &id).await?)
    }

    /// Returns the reviews of an article, newest first.
    pub async fn of_article(&self, article: ArticleId) -> Result<Vec<Review>, ReviewError> {
        let found = OF_ARTICLE.scan_under(&self.store, &article).await?;
        let mut reviews = Vec::new();
        for ((_, id), ()) in found.into_iter().rev() {
            reviews.extend(self.get(id).await?);
        }
        Ok(reviews)
    }

    /// Returns the versions of an article, newest first.
    pub async fn versions(&self, article: ArticleId) -> Result<Vec<Version>, ReviewError> {
        let found = VERSIONS.scan_under(&self.store, &article).await?;
        Ok(found
            .into_iter()
            .rev()
            .map(|(_, version)| version)
            .collect())
    }

    /// Returns what a review would change for readers, section by section.
    pub async fn changes(&self, review: &Review) -> Result<Vec<SectionDiff>, ReviewError> {
        let revision = self.revisions.get(review.revision).await?;
        let revision = revision.ok_or(ReviewError::Damaged(review.article))?;
        Ok(self.revisions.diff_since(review.base, &revision).await?)
    }

    pub(super) async fn versioned(&self, id: ReviewId) -> Result<Versioned<Review>, ReviewError> {
        let found = REVIEWS.get_versioned(&self.store, &id).await?;
        found.ok_or(ReviewError::NotFound)
    }

    pub(super) async fn article(&self, id: ArticleId) -> Result<Versioned<Article>, ReviewError> {
        let found = self.articles.get_versioned(id).await?;
        found.ok_or(ReviewError::NoArticle)
    }

    pub(super) async fn module_of(&self, article: &Article) -> Result<Module, ReviewError> {
        let module = self.modules.get(article.module).await?;
        module.ok_or(ReviewError::NoArticle)
    }

    /// Returns the state that the state machine decides on.
    pub(super) async fn state_of(
        &self,
        article: &Article,
        open: Option<&Review>,
    ) -> Result<State, ReviewError> {
        let versions = VERSIONS.scan_under(&self.store, &article.id).await?;
        Ok(State {
            current: current(article),
            open: open.map(Review::as_open),
            versions: versions
                .into_iter()
                .map(|(_, version)| version.hash)
                .collect(),
        })
    }

    pub(super) async fn name_of(&self, person: PersonId) -> Result<String, ReviewError> {
        let found = self.identity.person(person).await?;
        Ok(found.map_or_else(|| "somebody".to_owned(), |person| person.name))
    }

    /// Returns the error that says how a review ended, and who decided.
    pub(super) async fn over(&self, review: &Review) -> ReviewError {
        let decided = match review.decisions.last() {
            Some(last) => {
                let who = self.name_of(last.person).await;
                who.ok().map(|who| (who, last.verdict))
            }
            None => None,
        };
        ReviewError::Over {
            state: review.state,
            decided,
        }
    }
}

fn current(article: &Article) -> Option<Current> {
    let effective = article.effective.as_ref()?;
    Some(Current {
        version: effective.version,
        hash: effective.hash,
        standing: article.standing,
    })
}

/// Returns a text without space around it; `None` when nothing is left.
pub(super) fn tidy(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Returns a reason without space around it; `None` when nothing is left.
///
/// # Errors
/// [`ReviewError::LongReason`].
pub(super) fn checked_reason(reason: Option<String>) -> Result<Option<String>, ReviewError> {
    let reason = tidy(reason);
    let is_long = |reason: &String| reason.chars().count() > LONGEST_TEXT;
    match reason.as_ref().is_some_and(is_long) {
        true => Err(ReviewError::LongReason(LONGEST_TEXT)),
        false => Ok(reason),
    }
}
