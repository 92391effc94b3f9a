//! The reviews that can be decided, of all modules and of each.

use std::collections::BTreeSet;

use lectern_base::{ModuleId, ReviewId};
use lectern_store::{Batch, Key, Range, Store, StoreError, Table};

use super::error::ReviewError;
use super::review::Review;
use super::reviews::Reviews;

/// All of them, each with its module.
const OPEN: Table<ReviewId, ModuleId> = Table::new("reviews_open");
/// Those of each module.
const OF_MODULE: Table<(ModuleId, ReviewId), ()> = Table::new("reviews_open_of_module");
/// Under [`BY_MODULE`]: whether the open reviews of earlier releases are listed by module.
const DONE: Table<String, bool> = Table::new("reviews_open_done");
const BY_MODULE: &str = "by_module";

/// Lists a review that was just requested.
pub(super) fn put(batch: &mut Batch, review: &Review) {
    OPEN.put(batch, &review.id, &review.module);
    OF_MODULE.put(batch, &(review.module, review.id), &());
}

/// Takes a review from the lists.
pub(super) fn delete(batch: &mut Batch, review: &Review) {
    OPEN.delete(batch, &review.id);
    OF_MODULE.delete(batch, &(review.module, review.id));
}

/// Returns all open reviews, oldest first.
pub(super) async fn all(store: &Store) -> Result<Vec<(ReviewId, ModuleId)>, StoreError> {
    OPEN.all(store).await
}

/// Returns the open reviews of a module, oldest first.
pub(super) async fn of_module(
    store: &Store,
    module: ModuleId,
) -> Result<Vec<ReviewId>, StoreError> {
    let found = OF_MODULE.scan_under(store, &module).await?;
    Ok(found.into_iter().map(|((_, id), ())| id).collect())
}

/// Where the reviews are that somebody may decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReviewScope {
    /// In any module.
    Everywhere,
    /// In these modules.
    Modules(BTreeSet<ModuleId>),
}

/// Returns up to `limit` open reviews in `scope` after one of them, oldest first.
pub(super) async fn after(
    store: &Store,
    scope: &ReviewScope,
    after: Option<ReviewId>,
    limit: usize,
) -> Result<Vec<(ReviewId, ModuleId)>, StoreError> {
    let modules = match scope {
        ReviewScope::Everywhere => {
            let range = match after {
                Some(id) => Range::all().after(&id.encode()),
                None => Range::all(),
            };
            return OPEN.scan(store, range.limit(limit)).await;
        }
        ReviewScope::Modules(modules) => modules,
    };
    let mut found = Vec::new();
    for module in modules {
        let range = Range::prefix(&module.encode());
        let range = match after {
            Some(id) => range.after(&(*module, id).encode()),
            None => range,
        };
        let reviews = OF_MODULE.scan(store, range.limit(limit)).await?;
        found.extend(reviews.into_iter().map(|((module, id), ())| (id, module)));
    }
    found.sort();
    found.truncate(limit);
    Ok(found)
}

impl Reviews {
    /// Lists the open reviews of an earlier release by module, once; returns their number.
    pub async fn list_earlier_open(&self) -> Result<usize, ReviewError> {
        if DONE.contains(&self.store, &BY_MODULE.to_owned()).await? {
            return Ok(0);
        }
        let open = all(&self.store).await?;
        let mut batch = Batch::new();
        for (id, module) in &open {
            OF_MODULE.put(&mut batch, &(*module, *id), &());
        }
        DONE.put(&mut batch, &BY_MODULE.to_owned(), &true);
        self.store.commit(batch).await?;
        Ok(open.len())
    }
}
