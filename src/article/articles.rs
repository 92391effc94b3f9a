//! Looks up articles and writes their records.

use std::sync::Arc;

use tokio::sync::Mutex;

use lectern_base::{ArticleId, Clock, ModuleId, Page, PersonId, Seek};
use lectern_journal::Journal;
use lectern_module::Modules;
use lectern_store::{Batch, Key, Range, Store, Table, Versioned};

use super::error::ArticleError;
use super::links::{self, LinkBindings, TextKind};
use super::newest;
use super::record::{ARTICLES, Article};

/// Slugs; an entry is never deleted, so old addresses keep working.
pub(super) const SLUGS: Table<String, ArticleId> = Table::new("article_slugs");
/// The articles of each module.
pub(super) const OF_MODULE: Table<(ModuleId, ArticleId), ()> = Table::new("articles_of_module");
/// The articles each person created or edited.
const OF_PERSON: Table<(PersonId, ArticleId), ()> = Table::new("articles_of_person");

/// Returns every article in a store, for verification.
pub async fn all(store: &Store) -> Result<Vec<Article>, ArticleError> {
    let found = ARTICLES.all(store).await?;
    Ok(found.into_iter().map(|(_, article)| article).collect())
}

/// Reads and writes articles.
pub struct Articles {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) modules: Arc<Modules>,
    pub(super) clock: Arc<dyn Clock>,
    /// Held while an article is created. Each creation changes the order of its module, so without
    /// a queue those that start at once would only meet each other again and again.
    pub(super) creating: Mutex<()>,
}

impl Articles {
    /// Creates the service on top of `store`.
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
            creating: Mutex::default(),
        }
    }

    /// Returns an article.
    pub async fn get(&self, id: ArticleId) -> Result<Option<Article>, ArticleError> {
        Ok(ARTICLES.get(&self.store, &id).await?)
    }

    /// Returns an article with the version that [`Articles::put`] expects.
    pub async fn get_versioned(
        &self,
        id: ArticleId,
    ) -> Result<Option<Versioned<Article>>, ArticleError> {
        Ok(ARTICLES.get_versioned(&self.store, &id).await?)
    }

    /// Returns the article with this slug.
    pub async fn by_slug(&self, slug: &str) -> Result<Option<Article>, ArticleError> {
        match SLUGS.get(&self.store, &slug.to_owned()).await? {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns the article a title leads to, ignoring case and extra spaces. An article whose
    /// effective version has the title wins over one whose draft has it, and both over one that was
    /// approved under it before.
    pub async fn by_title(&self, title: &str) -> Result<Option<ArticleId>, ArticleError> {
        Ok(links::by_title(&self.store, title).await?)
    }

    /// Returns the articles of a module, oldest first; all of them, for what reads them anyway.
    pub async fn in_module(&self, module: ModuleId) -> Result<Vec<Article>, ArticleError> {
        let found = OF_MODULE.scan_under(&self.store, &module).await?;
        self.all_of(found.into_iter().map(|((_, id), ())| id)).await
    }

    /// Returns a page of the articles a person created or edited, newest first.
    pub async fn of_person(
        &self,
        person: PersonId,
        seek: &Seek,
    ) -> Result<Page<Article>, ArticleError> {
        let range = Range::prefix(&person.encode()).reverse();
        let page = OF_PERSON.page(&self.store, range, seek).await?;
        let next = page.next;
        let ids = page.items.into_iter().map(|((_, id), ())| id);
        let items = self.all_of(ids).await?;
        Ok(Page { items, next })
    }

    /// Returns a page of the articles that readers get, newest version first, each with its module.
    pub async fn newest(&self, seek: &Seek) -> Result<Page<(ArticleId, ModuleId)>, ArticleError> {
        Ok(newest::page(&self.store, seek).await?)
    }

    /// Returns up to `limit` articles of a module that readers get, newest version first.
    pub async fn newest_in(
        &self,
        module: ModuleId,
        limit: usize,
    ) -> Result<Vec<Article>, ArticleError> {
        let ids = newest::of_module(&self.store, module, limit).await?;
        self.all_of(ids.into_iter()).await
    }

    /// Returns these articles, in this order.
    pub async fn all_with(&self, ids: &[ArticleId]) -> Result<Vec<Article>, ArticleError> {
        self.all_of(ids.iter().copied()).await
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

    /// Returns the articles that link to this one, from effective versions or from drafts.
    ///
    /// The caller must check which of them the person may see.
    pub async fn backlinks(
        &self,
        article: &Article,
        kind: TextKind,
    ) -> Result<Vec<ArticleId>, ArticleError> {
        Ok(links::backlinks_to(&self.store, article.id, kind).await?)
    }

    /// Writes an article's record unless it changed since it was read, and its place in the lists.
    pub async fn put(
        &self,
        batch: &mut Batch,
        article: &Article,
        found: &Versioned<Article>,
    ) -> Result<(), ArticleError> {
        ARTICLES.put_expecting(batch, &article.id, article, found);
        newest::replace(batch, &found.value, article);
        let is_published = article.is_published();
        if is_published != found.value.is_published() {
            self.modules
                .set_published(batch, article.id, is_published)
                .await?;
        }
        Ok(())
    }

    /// Makes a batch fail if an article's record changed since it was read.
    pub fn expect(&self, batch: &mut Batch, found: &Versioned<Article>) {
        ARTICLES.expect(batch, &found.value.id, found);
    }

    /// Records that these people edited an article.
    pub fn put_writers(&self, batch: &mut Batch, article: ArticleId, writers: &[PersonId]) {
        for writer in writers {
            OF_PERSON.put(batch, &(*writer, article), &());
        }
    }

    /// Records the title and links of one text of an article; see [`links::record_text`].
    pub async fn put_links(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        kind: TextKind,
        text: Option<(&str, &LinkBindings)>,
    ) -> Result<(), ArticleError> {
        Ok(links::record_text(&self.store, batch, article, kind, text).await?)
    }

    /// Records titles under which earlier versions of an article were approved.
    pub async fn put_former_titles(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        titles: &[String],
    ) -> Result<(), ArticleError> {
        Ok(links::record_former(&self.store, batch, article, titles).await?)
    }

    /// Records that the wanted link to `title` in the effective version of `source` was bound.
    pub async fn put_found_link(
        &self,
        batch: &mut Batch,
        source: ArticleId,
        title: &str,
        article: ArticleId,
    ) -> Result<(), ArticleError> {
        Ok(links::record_found(&self.store, batch, source, title, article).await?)
    }

    /// Returns the articles whose effective versions have a wanted link to `title`.
    pub async fn wanting(&self, title: &str) -> Result<Vec<ArticleId>, ArticleError> {
        Ok(links::following(&self.store, title, TextKind::Effective).await?)
    }

    /// Binds links to `titles`: as in `before`, and otherwise to the articles that they lead to now.
    pub async fn bind_links(
        &self,
        titles: &[String],
        before: &LinkBindings,
    ) -> Result<LinkBindings, ArticleError> {
        let mut links = LinkBindings::unbound(titles);
        for title in titles {
            let found = match before.article(title) {
                Some(article) => Some(article),
                None => self.by_title(title).await?,
            };
            if let Some(article) = found {
                links.bind(title, article);
            }
        }
        Ok(links)
    }
}
