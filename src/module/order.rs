//! The order of a module's articles: entries of a table, whose ranks leave room between them.
//!
//! An article that is added or moved costs a few small records, however long the order is. Only
//! when there is no rank left between two neighbours do those around them get new ones.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, ModuleId, Page, Seek};
use lectern_store::{Batch, Counter, Key, Range, Store, StoreError, Table, Versioned};

/// The articles of each module by rank.
const ORDER: Table<(ModuleId, u64), ArticleId> = Table::new("module_order");
/// Those of them that readers may know of.
const PUBLISHED: Table<(ModuleId, u64), ArticleId> = Table::new("module_order_published");
/// Where each article stands.
const PLACES: Table<ArticleId, OrderPlace> = Table::new("module_places");
/// The number of articles in each module: [`ALL`], and those that [`READERS`] may know of.
const COUNTS: Counter<(ModuleId, u8)> = Counter::new("module_article_counts");
const ALL: u8 = 0;
const READERS: u8 = 1;

/// The rank of the first article of a module; there is room before it and after it.
const MIDDLE: u64 = 1 << 62;
/// The distance between the ranks of articles that are added one after the other.
const STEP: u64 = 1 << 32;
/// The number of articles before and after a place without room that get new ranks first.
const AROUND: usize = 8;
/// The least distance between ranks that are spread.
const ROOM: u64 = 1 << 16;

/// Where an article stands in the order of its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct OrderPlace {
    module: ModuleId,
    rank: u64,
    /// Whether readers may know of the article.
    published: bool,
}

/// Which articles of a module are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleScope {
    /// All.
    All,
    /// Those that readers may know of.
    Published,
}

impl ArticleScope {
    fn table(self) -> &'static Table<(ModuleId, u64), ArticleId> {
        match self {
            Self::All => &ORDER,
            Self::Published => &PUBLISHED,
        }
    }
}

/// Returns a page of a module's articles in their order.
///
/// The cursor is the last article of the page before. It says nothing about articles that are not
/// in `scope`, and one that is not in it yields the first page.
pub(super) async fn page(
    store: &Store,
    module: ModuleId,
    scope: ArticleScope,
    seek: &Seek,
) -> Result<Page<ArticleId>, StoreError> {
    let range = Range::prefix(&module.encode());
    let after = seek.after.as_deref().and_then(|text| text.parse().ok());
    let after = match after {
        Some(article) => place_in(store, module, article).await?,
        None => None,
    };
    let after = after.filter(|place| scope == ArticleScope::All || place.value.published);
    let range = match after {
        Some(place) => range.after(&(module, place.value.rank).encode()),
        None => range,
    };
    let range = range.limit(seek.limit() + 1);
    let found = scope.table().scan(store, range).await?;
    let found = found.into_iter().map(|(_, article)| article).collect();
    Ok(Page::of(found, seek.limit(), ArticleId::to_string))
}

/// Returns the articles of a module in their order.
pub(super) async fn all(
    store: &Store,
    module: ModuleId,
    scope: ArticleScope,
) -> Result<Vec<ArticleId>, StoreError> {
    let found = scope.table().scan_under(store, &module).await?;
    Ok(found.into_iter().map(|(_, article)| article).collect())
}

/// Returns the number of articles of a module.
pub(super) async fn count(
    store: &Store,
    module: ModuleId,
    scope: ArticleScope,
) -> Result<u64, StoreError> {
    let which = match scope {
        ArticleScope::All => ALL,
        ArticleScope::Published => READERS,
    };
    COUNTS.get(store, &(module, which)).await
}

/// Appends articles to the order of a module, each with whether readers may know of it. Those that
/// have a place already keep it.
pub(super) async fn append(
    store: &Store,
    batch: &mut Batch,
    module: ModuleId,
    articles: &[(ArticleId, bool)],
) -> Result<(), StoreError> {
    let mut last = neighbours(store, module, u64::MAX, true, 1)
        .await?
        .first()
        .map(|(rank, _)| *rank);
    for (article, published) in articles {
        if PLACES.contains(store, article).await? {
            continue;
        }
        // 2^30 articles fit before the highest rank.
        let rank = between(last, None).unwrap_or(u64::MAX);
        put_new(batch, module, rank, *article, *published);
        last = Some(rank);
    }
    Ok(())
}

/// Puts the articles of a new module in order.
pub(super) fn adopt(batch: &mut Batch, module: ModuleId, articles: &[(ArticleId, bool)]) {
    for (at, (article, published)) in (0..).zip(articles) {
        put_new(batch, module, MIDDLE + at * STEP, *article, *published);
    }
}

fn put_new(batch: &mut Batch, module: ModuleId, rank: u64, article: ArticleId, published: bool) {
    let place = OrderPlace {
        module,
        rank,
        published,
    };
    PLACES.insert(batch, &article, &place);
    ORDER.insert(batch, &(module, rank), &article);
    COUNTS.add(batch, &(module, ALL), 1);
    if published {
        PUBLISHED.put(batch, &(module, rank), &article);
        COUNTS.add(batch, &(module, READERS), 1);
    }
}

/// Sets whether readers may know of an article.
pub(super) async fn set_published(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    published: bool,
) -> Result<(), StoreError> {
    let Some(found) = PLACES.get_versioned(store, &article).await? else {
        return Ok(());
    };
    let place = found.value;
    if place.published == published {
        return Ok(());
    }
    let changed = OrderPlace { published, ..place };
    PLACES.put_expecting(batch, &article, &changed, &found);
    let key = (place.module, place.rank);
    match published {
        true => PUBLISHED.put(batch, &key, &article),
        false => PUBLISHED.delete(batch, &key),
    }
    let change = if published { 1 } else { -1 };
    COUNTS.add(batch, &(place.module, READERS), change);
    Ok(())
}

/// Removes the order of a module.
pub(super) async fn remove(
    store: &Store,
    batch: &mut Batch,
    module: ModuleId,
) -> Result<(), StoreError> {
    for ((module, rank), article) in ORDER.scan_under(store, &module).await? {
        ORDER.delete(batch, &(module, rank));
        PUBLISHED.delete(batch, &(module, rank));
        PLACES.delete(batch, &article);
    }
    for which in [ALL, READERS] {
        let count = COUNTS.get(store, &(module, which)).await?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        COUNTS.add(batch, &(module, which), -count);
    }
    Ok(())
}

/// The articles before and after a place in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neighbours {
    /// The article before it.
    pub before: Option<ArticleId>,
    /// The article after it.
    pub after: Option<ArticleId>,
    /// The article before the one before it.
    pub farther_before: Option<ArticleId>,
}

/// Returns the neighbours of an article; `None` if it is not in the module.
pub(super) async fn neighbours_of(
    store: &Store,
    module: ModuleId,
    article: ArticleId,
) -> Result<Option<Neighbours>, StoreError> {
    let Some(place) = place_in(store, module, article).await? else {
        return Ok(None);
    };
    let rank = place.value.rank;
    let before = neighbours(store, module, rank, true, 2).await?;
    let after = neighbours(store, module, rank, false, 1).await?;
    let article = |found: Option<&(u64, ArticleId)>| found.map(|(_, article)| *article);
    Ok(Some(Neighbours {
        before: article(before.first()),
        after: article(after.first()),
        farther_before: article(before.get(1)),
    }))
}

/// A stretch of a module's order around one of its articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The articles before it, in order.
    pub before: Vec<ArticleId>,
    /// The articles after it, in order.
    pub after: Vec<ArticleId>,
    /// Whether others come before these.
    pub more_before: bool,
    /// Whether others come after these.
    pub more_after: bool,
}

/// Returns up to `limit` articles of `scope` on each side of an article; `None` if the module does
/// not have it.
pub(super) async fn around(
    store: &Store,
    module: ModuleId,
    scope: ArticleScope,
    article: ArticleId,
    limit: usize,
) -> Result<Option<Stretch>, StoreError> {
    let Some(place) = place_in(store, module, article).await? else {
        return Ok(None);
    };
    let here = (module, place.value.rank);
    let mut before = neighbours_in(store, scope, here, true, limit + 1).await?;
    let mut after = neighbours_in(store, scope, here, false, limit + 1).await?;
    let (more_before, more_after) = (before.len() > limit, after.len() > limit);
    before.truncate(limit);
    after.truncate(limit);
    before.reverse();
    let articles = |side: Vec<(u64, ArticleId)>| side.into_iter().map(|(_, id)| id).collect();
    Ok(Some(Stretch {
        before: articles(before),
        after: articles(after),
        more_before,
        more_after,
    }))
}

async fn first(store: &Store, module: ModuleId) -> Result<Vec<(u64, ArticleId)>, StoreError> {
    neighbours(store, module, 0, false, 1).await
}

/// Moves an article to the place after another one of its module, or to the front; tells whether
/// it was elsewhere.
pub(super) async fn move_after(
    store: &Store,
    batch: &mut Batch,
    module: ModuleId,
    article: ArticleId,
    after: Option<ArticleId>,
) -> Result<bool, StoreError> {
    let Some(found) = place_in(store, module, article).await? else {
        return Ok(false);
    };
    let low = match after {
        Some(after) => place_in(store, module, after).await?,
        None => None,
    };
    let low = low.map(|found| found.value.rank);
    let next = match low {
        Some(low) => neighbours(store, module, low, false, 1).await?,
        None => first(store, module).await?,
    };
    let next = next.first();
    if after == Some(article) || next.is_some_and(|(_, next)| *next == article) {
        return Ok(false);
    }
    match between(low, next.map(|(rank, _)| *rank)) {
        Some(rank) => put_moved(batch, &[(article, found, rank)]),
        None => make_room(store, batch, module, (article, found), low).await?,
    }
    Ok(true)
}

/// Puts an article after rank `low`, where there is no rank left, and spreads those around it.
async fn make_room(
    store: &Store,
    batch: &mut Batch,
    module: ModuleId,
    (article, found): (ArticleId, Versioned<OrderPlace>),
    low: Option<u64>,
) -> Result<(), StoreError> {
    let mut around = AROUND;
    loop {
        let mut before = match low {
            Some(low) => neighbours(store, module, low.saturating_add(1), true, around + 1).await?,
            None => Vec::new(),
        };
        let mut after = neighbours(store, module, low.unwrap_or(0), false, around + 1).await?;
        let from = before.get(around).map(|(rank, _)| *rank);
        let to = after.get(around).map(|(rank, _)| *rank);
        before.truncate(around);
        after.truncate(around);
        let others = |side: Vec<(u64, ArticleId)>| {
            let ids = side.into_iter().map(|(_, id)| id);
            ids.filter(|id| *id != article).collect::<Vec<_>>()
        };
        before.reverse();
        let articles = [others(before), vec![article], others(after)].concat();
        let Some(ranks) = spread(articles.len(), from, to) else {
            around *= 4;
            continue;
        };
        let mut moved = Vec::new();
        for (id, rank) in articles.into_iter().zip(ranks) {
            let found = match id == article {
                true => Some(found.clone()),
                false => place_in(store, module, id).await?,
            };
            let found = found.filter(|found| found.value.rank != rank);
            moved.extend(found.map(|found| (id, found, rank)));
        }
        put_moved(batch, &moved);
        return Ok(());
    }
}

/// Puts the articles of a module in another order. Each rank stays taken, and those whose rank
/// stays the same cost nothing.
pub(super) async fn rearrange(
    store: &Store,
    batch: &mut Batch,
    module: ModuleId,
    wanted: &[ArticleId],
) -> Result<(), StoreError> {
    let mut places = Vec::with_capacity(wanted.len());
    for article in wanted {
        let found = place_in(store, module, *article).await?;
        places.extend(found.map(|found| (*article, found)));
    }
    let mut ranks: Vec<u64> = places.iter().map(|(_, found)| found.value.rank).collect();
    ranks.sort_unstable();
    let moved = places.into_iter().zip(ranks);
    let moved = moved.filter(|((_, found), rank)| found.value.rank != *rank);
    let moved: Vec<_> = moved
        .map(|((article, found), rank)| (article, found, rank))
        .collect();
    put_moved(batch, &moved);
    Ok(())
}

/// Gives articles other ranks. One may get a rank that another one had.
fn put_moved(batch: &mut Batch, moved: &[(ArticleId, Versioned<OrderPlace>, u64)]) {
    let mut left = BTreeSet::new();
    for (_, found, _) in moved {
        let key = (found.value.module, found.value.rank);
        ORDER.delete(batch, &key);
        PUBLISHED.delete(batch, &key);
        left.insert(key);
    }
    for (article, found, rank) in moved {
        let place = OrderPlace {
            rank: *rank,
            ..found.value
        };
        PLACES.put_expecting(batch, article, &place, found);
        let key = (place.module, *rank);
        match left.contains(&key) {
            true => ORDER.put(batch, &key, article),
            false => ORDER.insert(batch, &key, article),
        }
        if place.published {
            PUBLISHED.put(batch, &key, article);
        }
    }
}

/// Returns the place of an article if it is in the module.
async fn place_in(
    store: &Store,
    module: ModuleId,
    article: ArticleId,
) -> Result<Option<Versioned<OrderPlace>>, StoreError> {
    let found = PLACES.get_versioned(store, &article).await?;
    Ok(found.filter(|found| found.value.module == module))
}

/// Returns up to `limit` articles beside a rank, nearest first.
async fn neighbours(
    store: &Store,
    module: ModuleId,
    rank: u64,
    before: bool,
    limit: usize,
) -> Result<Vec<(u64, ArticleId)>, StoreError> {
    neighbours_in(store, ArticleScope::All, (module, rank), before, limit).await
}

/// Returns up to `limit` articles of `scope` beside a rank, nearest first.
async fn neighbours_in(
    store: &Store,
    scope: ArticleScope,
    (module, rank): (ModuleId, u64),
    before: bool,
    limit: usize,
) -> Result<Vec<(u64, ArticleId)>, StoreError> {
    let mut range = Range::prefix(&module.encode());
    if before {
        range = range.reverse();
    }
    let range = range.after(&(module, rank).encode()).limit(limit);
    let found = scope.table().scan(store, range).await?;
    Ok(found
        .into_iter()
        .map(|((_, rank), article)| (rank, article))
        .collect())
}

/// Returns a rank between two others; `None` if there is none left.
fn between(low: Option<u64>, high: Option<u64>) -> Option<u64> {
    match (low, high) {
        (None, None) => Some(MIDDLE),
        (Some(low), None) => low.checked_add(STEP),
        (None, Some(high)) => high.checked_sub(STEP).filter(|rank| *rank > 0),
        (Some(low), Some(high)) => {
            let rank = low + (high - low) / 2;
            (rank > low).then_some(rank)
        }
    }
}

/// Spreads ranks between two others; `None` if they would lie too close together.
fn spread(count: usize, from: Option<u64>, to: Option<u64>) -> Option<impl Iterator<Item = u64>> {
    let steps = count as u64 + 1;
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, from.checked_add(steps.checked_mul(STEP)?)?),
        (None, Some(to)) => (to.checked_sub(steps.checked_mul(STEP)?)?, to),
        (None, None) => (MIDDLE, MIDDLE.checked_add(steps.checked_mul(STEP)?)?),
    };
    let step = (to - from) / steps;
    (step >= ROOM).then(move || (1..steps).map(move |at| from + at * step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_lies_between_its_neighbours_while_there_is_room() {
        assert_eq!(between(None, None), Some(MIDDLE));
        assert_eq!(between(Some(10), Some(12)), Some(11));
        assert_eq!(between(Some(10), Some(11)), None);
        assert_eq!(between(Some(u64::MAX), None), None);
        assert!(between(None, Some(MIDDLE)) < Some(MIDDLE));
        assert_eq!(between(None, Some(1)), None);
    }

    #[test]
    fn ranks_are_spread_evenly_or_not_at_all() {
        let ranks = |count, from, to| spread(count, from, to).map(Iterator::collect::<Vec<_>>);
        let end = 4 * ROOM;
        assert_eq!(
            ranks(3, Some(0), Some(end)).unwrap(),
            [ROOM, 2 * ROOM, 3 * ROOM]
        );
        assert_eq!(ranks(4, Some(0), Some(end)), None);
        assert!(ranks(2, None, Some(MIDDLE)).unwrap().is_sorted());
        assert_eq!(ranks(2, None, None).unwrap().len(), 2);
    }
}
