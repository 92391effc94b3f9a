//! The version that readers get.

use lectern_article::{Article, Effective, Standing};
use lectern_base::ArticleId;
use lectern_identity::Place;
use lectern_store::Versioned;

use super::error::ReadingError;
use super::line::line_of;
use super::readings::Readings;
use super::refusal::ReadingRefusal;

/// An article that readers can open, with the version they get.
pub(super) struct ReadableArticle {
    pub article: Versioned<Article>,
    pub place: Place,
    pub effective: Effective,
    /// The major version that began the line of the effective one.
    pub line: u32,
}

impl Readings {
    /// Returns an article with the version that readers get; `None` when they get none.
    pub(super) async fn readable(
        &self,
        id: ArticleId,
    ) -> Result<Option<ReadableArticle>, ReadingError> {
        let Some(article) = self.articles.get_versioned(id).await? else {
            return Ok(None);
        };
        let Some(effective) = article.value.readable().cloned() else {
            return Ok(None);
        };
        // The sample module can be deleted, with its articles.
        let Some(module) = self.modules.get(article.value.module).await? else {
            return Ok(None);
        };
        let line = line_of(&self.reviews.versions(id).await?, effective.version);
        Ok(Some(ReadableArticle {
            article,
            place: module.place(),
            effective,
            line,
        }))
    }
}

/// Returns the reason why readers get no version of an article.
pub(super) fn unreadable(article: &Article) -> ReadingRefusal {
    match article.standing {
        Standing::Suspended => ReadingRefusal::Suspended,
        Standing::Retired => ReadingRefusal::Retired,
        _ => ReadingRefusal::NoVersion,
    }
}
