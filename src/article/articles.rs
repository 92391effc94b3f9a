//! Finding articles, and writing their records.

use std::sync::Arc;

use lectern_base::{ArticleId, Clock, ModuleId, PersonId};
use lectern_journal::Journal;
use lectern_module::Modules;
use lectern_store::{Batch, Store, Table, Versioned};

use super::error::ArticleError;
use super::links::{self, Side};
use super::record::{ARTICLES, Article};

/// Addresses, for good.
pub(super) const SLUGS: Table<String, ArticleId> = Table::new("article_slugs");
/// The articles of each module.
pub(super) const OF_MODULE: Table<(ModuleId, ArticleId), ()> = Table::new("articles_of_module");
/// The articles that each person started or wrote in.
const OF_PERSON: Table<(PersonId, ArticleId), ()> = Table::new("articles_of_person");

/// Every article of a store, for whoever verifies it.
pub async fn all(store: &Store) -> Result<Vec<Article>, ArticleError> {
    let found = ARTICLES.all(store).await?;
    Ok(found.into_iter().map(|(_, article)| article).collect())
}

/// All articles.
pub struct Articles {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) modules: Arc<Modules>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Articles {
    /// Keeps articles in `store`.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        modules: Arc<Modules>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            journal,
            modules,
            clock,
        }
    }

    /// Returns an article.
    pub async fn get(&self, id: ArticleId) -> Result<Option<Article>, ArticleError> {
        Ok(ARTICLES.get(&self.store, &id).await?)
    }

    /// Returns an article with what [`Articles::put`] needs.
    pub async fn get_versioned(
        &self,
        id: ArticleId,
    ) -> Result<Option<Versioned<Article>>, ArticleError> {
        Ok(ARTICLES.get_versioned(&self.store, &id).await?)
    }

    /// Returns the article at an address.
    pub async fn by_slug(&self, slug: &str) -> Result<Option<Article>, ArticleError> {
        match SLUGS.get(&self.store, &slug.to_owned()).await? {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns the article that a title leads to, whatever its case and spaces: one whose
    /// effective version bears the title before one whose draft does.
    pub async fn by_title(&self, title: &str) -> Result<Option<ArticleId>, ArticleError> {
        Ok(links::by_title(&self.store, title).await?)
    }

    /// Returns the articles of a module, oldest first.
    pub async fn in_module(&self, module: ModuleId) -> Result<Vec<Article>, ArticleError> {
        let found = OF_MODULE.scan_under(&self.store, &module).await?;
        self.all_of(found.into_iter().map(|((_, id), ())| id)).await
    }

    /// Returns the articles that a person started or wrote in, newest first.
    pub async fn of_person(&self, person: PersonId) -> Result<Vec<Article>, ArticleError> {
        let found = OF_PERSON.scan_under(&self.store, &person).await?;
        self.all_of(found.into_iter().rev().map(|((_, id), ())| id))
            .await
    }

    async fn all_of(
        &self,
        ids: impl Iterator<Item = ArticleId>,
    ) -> Result<Vec<Article>, ArticleError> {
        let mut articles = Vec::new();
        for id in ids {
            articles.extend(self.get(id).await?);
        }
        Ok(articles)
    }

    /// Returns the articles whose text links to this one: the effective texts, or the drafts.
    ///
    /// Whether the asker may know of them is for the asker to check.
    pub async fn backlinks(
        &self,
        article: &Article,
        side: Side,
    ) -> Result<Vec<ArticleId>, ArticleError> {
        Ok(links::backlinks_to(&self.store, article.id, side).await?)
    }

    /// Writes an article's record if it still stands as it was read.
    pub fn put(&self, batch: &mut Batch, article: &Article, found: &Versioned<Article>) {
        ARTICLES.put_expecting(batch, &article.id, article, found);
    }

    /// Refuses a batch unless an article's record still stands as it was read.
    pub fn expect(&self, batch: &mut Batch, found: &Versioned<Article>) {
        ARTICLES.expect(batch, &found.value.id, found);
    }

    /// Remembers that these people wrote in an article.
    pub fn put_writers(&self, batch: &mut Batch, article: ArticleId, writers: &[PersonId]) {
        for writer in writers {
            OF_PERSON.put(batch, &(*writer, article), &());
        }
    }

    /// Writes down title and links of one text of an article, see [`links::note`].
    pub async fn put_outlook(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        side: Side,
        text: Option<(&str, &[String])>,
    ) -> Result<(), ArticleError> {
        Ok(links::note(&self.store, batch, article, side, text).await?)
    }
}
