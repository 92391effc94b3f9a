//! The articles that readers get, by when their versions became effective.

use lectern_base::{ArticleId, ModuleId, Page, Seek, Timestamp};
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

use super::record::Article;

/// All of them, each with its module.
const NEWEST: Table<(Timestamp, ArticleId), ModuleId> = Table::new("articles_newest");
/// Those of each module.
const OF_MODULE: Table<(ModuleId, Timestamp, ArticleId), ()> =
    Table::new("articles_newest_of_module");

/// Lists an article if readers get it.
pub(super) fn put(batch: &mut Batch, article: &Article) {
    if let Some(now) = article.readable() {
        NEWEST.put(batch, &(now.since, article.id), &article.module);
        OF_MODULE.put(batch, &(article.module, now.since, article.id), &());
    }
}

/// Lists an article as it is now instead of as it was.
pub(super) fn replace(batch: &mut Batch, old: &Article, new: &Article) {
    let since = |article: &Article| article.readable().map(|now| now.since);
    if since(old) == since(new) {
        return;
    }
    if let Some(before) = since(old) {
        NEWEST.delete(batch, &(before, old.id));
        OF_MODULE.delete(batch, &(old.module, before, old.id));
    }
    put(batch, new);
}

/// Returns a page of all modules, newest first.
pub(super) async fn page(
    store: &Store,
    seek: &Seek,
) -> Result<Page<(ArticleId, ModuleId)>, StoreError> {
    let found = NEWEST.page(store, Range::all().reverse(), seek).await?;
    Ok(found.map(|((_, article), module)| (article, module)))
}

/// Returns up to `limit` articles of a module, newest first.
pub(super) async fn of_module(
    store: &Store,
    module: ModuleId,
    limit: usize,
) -> Result<Vec<ArticleId>, StoreError> {
    let range = Range::prefix(&module.encode()).reverse().limit(limit);
    let found = OF_MODULE.scan(store, range).await?;
    Ok(found
        .into_iter()
        .map(|((.., article), ())| article)
        .collect())
}
