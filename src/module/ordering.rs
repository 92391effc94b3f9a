//! Reading and changing the order of a module's articles.

use lectern_base::{ArticleId, ModuleId, Page, Seek};
use lectern_identity::Steward;
use lectern_store::{Batch, retrying};

use super::event::{ArticlePlace, ModuleEvent};
use super::modules::{Modules, event};
use super::order::{self, ArticleScope, Stretch};
use super::{Module, ModuleError};

/// Where an article moves by one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the front.
    Up,
    /// Towards the end.
    Down,
}

/// To which place an article moves.
#[derive(Clone, Copy)]
enum Target {
    /// By one place.
    Beside(Direction),
    /// After this article, or to the front.
    After(Option<ArticleId>),
}

impl Modules {
    /// Returns a page of a module's articles in their order.
    ///
    /// The cursor is the last article of the page before. It says nothing about articles outside
    /// `scope`, and one of these yields the first page.
    pub async fn article_page(
        &self,
        module: ModuleId,
        scope: ArticleScope,
        seek: &Seek,
    ) -> Result<Page<ArticleId>, ModuleError> {
        Ok(order::page(&self.store, module, scope, seek).await?)
    }

    /// Returns up to `limit` articles of `scope` on each side of an article in its module's order;
    /// `None` if the module does not have it.
    pub async fn articles_around(
        &self,
        module: ModuleId,
        scope: ArticleScope,
        article: ArticleId,
        limit: usize,
    ) -> Result<Option<Stretch>, ModuleError> {
        Ok(order::around(&self.store, module, scope, article, limit).await?)
    }

    /// Returns the articles of a module in their order.
    pub async fn articles_in_order(
        &self,
        module: ModuleId,
        scope: ArticleScope,
    ) -> Result<Vec<ArticleId>, ModuleError> {
        Ok(order::all(&self.store, module, scope).await?)
    }

    /// Returns the number of articles of a module.
    pub async fn article_count(
        &self,
        module: ModuleId,
        scope: ArticleScope,
    ) -> Result<usize, ModuleError> {
        let count = order::count(&self.store, module, scope).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Changes the order of a module's articles.
    ///
    /// # Errors
    /// [`ModuleError::OtherArticles`] unless `wanted` names each article exactly once.
    pub async fn reorder(&self, by: &Steward, wanted: Vec<ArticleId>) -> Result<(), ModuleError> {
        retrying(ModuleError::Busy, || self.try_reorder(by, &wanted)).await
    }

    async fn try_reorder(&self, by: &Steward, wanted: &[ArticleId]) -> Result<(), ModuleError> {
        let module = by.module();
        let present = self.articles_in_order(module, ArticleScope::All).await?;
        let sorted = |ids: &[ArticleId]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        if sorted(wanted) != sorted(&present) {
            return Err(ModuleError::OtherArticles);
        }
        let mut batch = Batch::new();
        order::rearrange(&self.store, &mut batch, module, wanted).await?;
        let reordered = ModuleEvent::Reordered {
            old: present,
            new: wanted.to_vec(),
        };
        self.journal
            .record(batch, vec![event(by, reordered)])
            .await?;
        Ok(())
    }

    /// Moves an article to the place after another one, or to the front.
    ///
    /// # Errors
    /// [`ModuleError::NoArticle`] unless both are in the module.
    pub async fn move_after(
        &self,
        by: &Steward,
        article: ArticleId,
        after: Option<ArticleId>,
    ) -> Result<(), ModuleError> {
        self.move_article(by, article, Target::After(after)).await
    }

    /// Moves an article one place up or down; at the end of the order it stays where it is.
    ///
    /// # Errors
    /// [`ModuleError::NoArticle`] unless it is in the module.
    pub async fn move_by_one(
        &self,
        by: &Steward,
        article: ArticleId,
        direction: Direction,
    ) -> Result<(), ModuleError> {
        self.move_article(by, article, Target::Beside(direction))
            .await
    }

    async fn move_article(
        &self,
        by: &Steward,
        article: ArticleId,
        target: Target,
    ) -> Result<(), ModuleError> {
        retrying(ModuleError::Busy, || self.try_move(by, article, target)).await
    }

    async fn try_move(
        &self,
        by: &Steward,
        article: ArticleId,
        target: Target,
    ) -> Result<(), ModuleError> {
        let module = by.module();
        let around = |article| order::neighbours_of(&self.store, module, article);
        let here = around(article).await?.ok_or(ModuleError::NoArticle)?;
        let after = match target {
            Target::After(Some(other)) => {
                around(other).await?.ok_or(ModuleError::NoArticle)?;
                Some(other)
            }
            Target::After(None) => None,
            Target::Beside(Direction::Up) => match here.before {
                Some(_) => here.farther_before,
                None => return Ok(()),
            },
            Target::Beside(Direction::Down) => match here.after {
                Some(next) => Some(next),
                None => return Ok(()),
            },
        };
        let mut batch = Batch::new();
        if !order::move_after(&self.store, &mut batch, module, article, after).await? {
            return Ok(());
        }
        let place = |after| ArticlePlace { article, after };
        let moved = ModuleEvent::ArticleMoved {
            old: place(here.before),
            new: place(after),
        };
        self.journal.record(batch, vec![event(by, moved)]).await?;
        Ok(())
    }

    /// Appends an article to a module's order, in the batch that creates the article.
    pub async fn put_in_order(
        &self,
        batch: &mut Batch,
        id: ModuleId,
        article: ArticleId,
    ) -> Result<(), ModuleError> {
        let found = self.versioned(id).await?;
        super::modules::MODULES.expect(batch, &id, &found);
        Ok(order::append(&self.store, batch, id, &[(article, false)]).await?)
    }

    /// Sets whether readers may know of an article, in the batch that makes it so.
    pub async fn set_published(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        published: bool,
    ) -> Result<(), ModuleError> {
        Ok(order::set_published(&self.store, batch, article, published).await?)
    }

    /// Puts the articles of an imported module in order, each with whether readers may know of it.
    pub fn adopt_order(&self, batch: &mut Batch, module: ModuleId, articles: &[(ArticleId, bool)]) {
        order::adopt(batch, module, articles);
    }

    /// Lists a module of an earlier release by its title, and puts some of its articles at the end
    /// of its order, each with whether readers may know of it. Those that are in order stay.
    pub async fn index_earlier(
        &self,
        batch: &mut Batch,
        module: &Module,
        articles: &[(ArticleId, bool)],
    ) -> Result<(), ModuleError> {
        self.list(batch, module);
        Ok(order::append(&self.store, batch, module.id, articles).await?)
    }

    /// Takes the order out of the record of a module of an earlier release.
    pub async fn drop_earlier_order(
        &self,
        batch: &mut Batch,
        id: ModuleId,
    ) -> Result<(), ModuleError> {
        let found = self.versioned(id).await?;
        let module = Module {
            order: Vec::new(),
            ..found.value.clone()
        };
        super::modules::MODULES.put_expecting(batch, &id, &module, &found);
        Ok(())
    }
}
