//! Builds the lists of articles for a data directory of an earlier release.

use std::collections::BTreeSet;

use lectern_base::ArticleId;
use lectern_module::Module;
use lectern_store::{Batch, Table};

use super::articles::Articles;
use super::error::ArticleError;
use super::newest;

/// Under [`LISTED`]: whether the articles of earlier releases are in the lists.
const DONE: Table<String, bool> = Table::new("article_lists_done");
const LISTED: &str = "listed";
/// The number of articles in one commit.
const CHUNK: usize = 500;

impl Articles {
    /// Puts the articles of an earlier release into the order of their modules and into the lists,
    /// once; returns their number. It goes on where an interrupted start left off.
    pub async fn list_earlier(&self) -> Result<usize, ArticleError> {
        if DONE.contains(&self.store, &LISTED.to_owned()).await? {
            return Ok(0);
        }
        let modules = self.modules.all().await?;
        let (mut listed, all) = (0, modules.len());
        for (at, module) in modules.iter().enumerate() {
            listed += self.list_module(module).await?;
            if listed > 0 {
                tracing::info!(
                    module = at + 1,
                    modules = all,
                    articles = listed,
                    "Articles of an earlier release are being listed"
                );
            }
        }
        let mut batch = Batch::new();
        DONE.put(&mut batch, &LISTED.to_owned(), &true);
        self.store.commit(batch).await?;
        Ok(listed)
    }

    async fn list_module(&self, module: &Module) -> Result<usize, ArticleError> {
        let mut batch = Batch::new();
        let modules = &self.modules;
        modules.index_earlier(&mut batch, module, &[]).await?;
        self.store.commit(batch).await?;
        let known: BTreeSet<ArticleId> = module.order.iter().copied().collect();
        let others = self.in_module(module.id).await?.into_iter();
        let others = others.map(|article| article.id);
        let others = others.filter(|id| !known.contains(id));
        let ids: Vec<_> = module.order.iter().copied().chain(others).collect();
        for chunk in ids.chunks(CHUNK) {
            let mut batch = Batch::new();
            let articles = self.all_with(chunk).await?;
            let places = articles.iter();
            let places: Vec<_> = places.map(|one| (one.id, one.is_published())).collect();
            modules.index_earlier(&mut batch, module, &places).await?;
            for article in &articles {
                newest::put(&mut batch, article);
            }
            self.store.commit(batch).await?;
        }
        if !module.order.is_empty() {
            let mut batch = Batch::new();
            modules.drop_earlier_order(&mut batch, module.id).await?;
            self.store.commit(batch).await?;
        }
        Ok(ids.len())
    }
}
