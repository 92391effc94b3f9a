//! Lists of articles, limited to what the caller may know of.

use std::cmp::Reverse;
use std::collections::HashMap;

use lectern_article::Article;
use lectern_base::{ArticleId, ModuleId, Page, Seek};
use lectern_identity::Caller;
use lectern_module::{ArticleScope, Module, Stretch};

use crate::{Access, AccessError, OpenedArticle};

/// The number of new versions that are looked through before the modules of the caller are.
const LOOKED_THROUGH: usize = 200;

/// Returns which articles of a module the caller may know of.
fn scope(caller: &Caller, module: &Module) -> ArticleScope {
    match caller.editor(&module.place()) {
        Ok(_) => ArticleScope::All,
        Err(_) => ArticleScope::Published,
    }
}

impl Access {
    /// Returns a page of the articles of a module that the caller may know of, in the module's
    /// order. The cursor is the last article of the page before.
    pub async fn articles_shown(
        &self,
        caller: &Caller,
        module: &Module,
        seek: &Seek,
    ) -> Result<Page<Article>, AccessError> {
        let page = self.article_ids_shown(caller, module, seek).await?;
        let items = self.articles.all_with(&page.items).await?;
        let next = page.next;
        Ok(Page { items, next })
    }

    /// Returns the ids of such a page.
    pub async fn article_ids_shown(
        &self,
        caller: &Caller,
        module: &Module,
        seek: &Seek,
    ) -> Result<Page<ArticleId>, AccessError> {
        let scope = scope(caller, module);
        Ok(self.modules.article_page(module.id, scope, seek).await?)
    }

    /// Returns up to `limit` articles that the caller may know of on each side of one of them, in the
    /// module's order; `None` if the module does not have it.
    pub async fn articles_around(
        &self,
        caller: &Caller,
        module: &Module,
        article: ArticleId,
        limit: usize,
    ) -> Result<Option<Stretch>, AccessError> {
        let scope = scope(caller, module);
        let modules = &self.modules;
        Ok(modules
            .articles_around(module.id, scope, article, limit)
            .await?)
    }

    /// Returns those of some articles that the caller may know of, in the order given.
    pub async fn articles_known(
        &self,
        caller: &Caller,
        ids: &[ArticleId],
    ) -> Result<Vec<OpenedArticle>, AccessError> {
        let mut known = Vec::with_capacity(ids.len());
        for id in ids {
            match self.open_article(caller, *id).await {
                Ok(opened) => known.push(opened),
                Err(AccessError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    }

    /// Returns the number of articles of a module that the caller may know of.
    pub async fn article_count(
        &self,
        caller: &Caller,
        module: &Module,
    ) -> Result<usize, AccessError> {
        let scope = scope(caller, module);
        Ok(self.modules.article_count(module.id, scope).await?)
    }

    /// Returns the `limit` articles with the newest versions that the caller can read, with their
    /// modules.
    pub async fn newest(
        &self,
        caller: &Caller,
        limit: usize,
    ) -> Result<Vec<(Article, Module)>, AccessError> {
        let looked_through = self.articles.newest(&Seek::first(LOOKED_THROUGH)).await?;
        let mut modules = HashMap::new();
        let mut newest = Vec::new();
        for (id, module) in looked_through.items {
            if newest.len() == limit {
                break;
            }
            let Some(module) = self.readable_module(caller, module, &mut modules).await? else {
                continue;
            };
            let article = self.articles.get(id).await?;
            newest.extend(article.map(|article| (article, module)));
        }
        if newest.len() == limit || looked_through.next.is_none() {
            return Ok(newest);
        }
        self.newest_by_module(caller, limit).await
    }

    /// Finds the newest versions in each module that the caller can read, for those who can read
    /// few of the newest of all.
    async fn newest_by_module(
        &self,
        caller: &Caller,
        limit: usize,
    ) -> Result<Vec<(Article, Module)>, AccessError> {
        let mut newest = Vec::new();
        for module in self.modules.visible_to(caller).await? {
            for article in self.articles.newest_in(module.id, limit).await? {
                newest.push((article, module.clone()));
            }
        }
        let since = |article: &Article| article.effective.as_ref().map(|now| now.since);
        newest.sort_by_key(|(article, _)| Reverse((since(article), article.id)));
        newest.truncate(limit);
        Ok(newest)
    }

    async fn readable_module(
        &self,
        caller: &Caller,
        id: ModuleId,
        known: &mut HashMap<ModuleId, Option<Module>>,
    ) -> Result<Option<Module>, AccessError> {
        if let Some(module) = known.get(&id) {
            return Ok(module.clone());
        }
        let module = self.modules.get(id).await?;
        let module = module.filter(|module| caller.reader(&module.place()).is_ok());
        known.insert(id, module.clone());
        Ok(module)
    }
}
