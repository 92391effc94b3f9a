//! Which titles lead to which articles, and which articles lead to a title.
//!
//! Drafts and effective versions are kept apart: readers see no trace of a draft here. Everything
//! is written in the batch that saves a revision or makes a version effective.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_base::ArticleId;
use lectern_store::{Batch, Store, StoreError, Table, Versioned};

use super::record::normalised;

/// What an article says of itself and of others, as it was last written.
const OUTLOOKS: Table<ArticleId, Outlook> = Table::new("article_outlooks");
/// Normalised title and the article that bears it.
const TITLES: Table<(String, ArticleId), Sides> = Table::new("article_titles");
/// Normalised title and an article that links to it.
const BACKLINKS: Table<(String, ArticleId), Sides> = Table::new("article_backlinks");

/// The text that a title or link stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The newest revision of the draft.
    Draft,
    /// The effective version.
    Effective,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sides {
    draft: bool,
    effective: bool,
}

/// The titles and links of both texts of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Outlook {
    draft: View,
    effective: View,
}

/// The title and the links of one text, normalised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct View {
    title: Option<String>,
    links: BTreeSet<String>,
}

impl View {
    fn bears(&self, title: &str) -> bool {
        self.title.as_deref() == Some(title)
    }
}

/// Writes down the title and the links of one text of an article; `None` when it has no such
/// text any more.
///
/// The batch expects that nobody else has done so meanwhile.
pub async fn note(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    side: Side,
    text: Option<(&str, &[String])>,
) -> Result<(), StoreError> {
    let found = OUTLOOKS.get_versioned(store, &article).await?;
    let old = found.as_ref().map(|f| f.value.clone()).unwrap_or_default();
    let view = text.map_or_else(View::default, |(title, links)| View {
        title: Some(normalised(title)),
        links: links.iter().map(|link| normalised(link)).collect(),
    });
    let mut new = old.clone();
    match side {
        Side::Draft => new.draft = view,
        Side::Effective => new.effective = view,
    }
    write(batch, article, &old, &new);
    put_outlook(batch, article, &new, found.as_ref());
    Ok(())
}

/// Writes down the titles and links of both texts of an article that nothing is known of yet.
pub(super) fn note_first(
    batch: &mut Batch,
    article: ArticleId,
    draft: (&str, Vec<String>),
    effective: Option<(&str, Vec<String>)>,
) {
    let view = |(title, links): (&str, Vec<String>)| View {
        title: Some(normalised(title)),
        links: links.iter().map(|link| normalised(link)).collect(),
    };
    let new = Outlook {
        draft: view(draft),
        effective: effective.map(view).unwrap_or_default(),
    };
    write(batch, article, &Outlook::default(), &new);
    put_outlook(batch, article, &new, None);
}

fn put_outlook(
    batch: &mut Batch,
    article: ArticleId,
    new: &Outlook,
    found: Option<&Versioned<Outlook>>,
) {
    match found {
        Some(found) => OUTLOOKS.put_expecting(batch, &article, new, found),
        None => OUTLOOKS.insert(batch, &article, new),
    }
}

fn write(batch: &mut Batch, article: ArticleId, old: &Outlook, new: &Outlook) {
    let titles = |o: &Outlook| {
        [&o.draft.title, &o.effective.title]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    for title in &(&titles(old) | &titles(new)) {
        let sides = Sides {
            draft: new.draft.bears(title),
            effective: new.effective.bears(title),
        };
        put(batch, TITLES, title, article, sides);
    }
    let links = |o: &Outlook| &o.draft.links | &o.effective.links;
    for link in &(&links(old) | &links(new)) {
        let sides = Sides {
            draft: new.draft.links.contains(link),
            effective: new.effective.links.contains(link),
        };
        put(batch, BACKLINKS, link, article, sides);
    }
}

fn put(
    batch: &mut Batch,
    table: Table<(String, ArticleId), Sides>,
    title: &str,
    article: ArticleId,
    sides: Sides,
) {
    let key = (title.to_owned(), article);
    match sides == Sides::default() {
        true => table.delete(batch, &key),
        false => table.put(batch, &key, &sides),
    }
}

/// Returns the article that a title leads to: one whose effective version bears it before one
/// whose draft does, the oldest of several.
pub(super) async fn by_title(store: &Store, title: &str) -> Result<Option<ArticleId>, StoreError> {
    let found = TITLES.scan_under(store, &normalised(title)).await?;
    let effective = found.iter().find(|(_, sides)| sides.effective);
    Ok(effective
        .or(found.first())
        .map(|((_, article), _)| *article))
}

/// Returns the articles whose text of this side links to one of the titles of `article`, oldest
/// first, without itself.
pub(super) async fn backlinks_to(
    store: &Store,
    article: ArticleId,
    side: Side,
) -> Result<Vec<ArticleId>, StoreError> {
    let outlook = OUTLOOKS.get(store, &article).await?.unwrap_or_default();
    let titles = [outlook.draft.title, outlook.effective.title];
    let mut sources = BTreeSet::new();
    for title in titles.into_iter().flatten().collect::<BTreeSet<_>>() {
        for ((_, source), sides) in BACKLINKS.scan_under(store, &title).await? {
            let there = match side {
                Side::Draft => sides.draft,
                Side::Effective => sides.effective,
            };
            if there && source != article {
                sources.insert(source);
            }
        }
    }
    Ok(sources.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_store as store;

    struct Shelf {
        store: Store,
        _dir: tempfile::TempDir,
    }

    impl Shelf {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = store::open(dir.path()).unwrap();
            Self { store, _dir: dir }
        }

        async fn note(&self, article: ArticleId, side: Side, title: &str, links: &[&str]) {
            let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();
            let mut batch = Batch::new();
            note(
                &self.store,
                &mut batch,
                article,
                side,
                Some((title, &links)),
            )
            .await
            .unwrap();
            self.store.commit(batch).await.unwrap();
        }

        async fn titled(&self, title: &str) -> Option<ArticleId> {
            by_title(&self.store, title).await.unwrap()
        }

        async fn linking_to(&self, article: ArticleId, side: Side) -> Vec<ArticleId> {
            backlinks_to(&self.store, article, side).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_title_leads_to_an_article_and_follows_its_changes() {
        let shelf = Shelf::new().await;
        let article = ArticleId::new();
        shelf.note(article, Side::Draft, "Cold Chain", &[]).await;
        assert_eq!(shelf.titled("cold  chain").await, Some(article));
        shelf.note(article, Side::Draft, "Cool Chain", &[]).await;
        assert_eq!(shelf.titled("Cold Chain").await, None);
        assert_eq!(shelf.titled("Cool Chain").await, Some(article));
    }

    #[tokio::test]
    async fn an_effective_title_stays_while_the_draft_is_renamed_and_goes_first() {
        let shelf = Shelf::new().await;
        let (older, newer) = (ArticleId::new(), ArticleId::new());
        shelf.note(older, Side::Draft, "Cold Chain", &[]).await;
        shelf.note(newer, Side::Draft, "Cold Chain", &[]).await;
        shelf.note(newer, Side::Effective, "Cold Chain", &[]).await;
        shelf.note(newer, Side::Draft, "Renamed", &[]).await;
        assert_eq!(shelf.titled("Cold Chain").await, Some(newer));
        assert_eq!(shelf.titled("Renamed").await, Some(newer));
    }

    #[tokio::test]
    async fn backlinks_of_drafts_and_of_effective_texts_are_apart() {
        let shelf = Shelf::new().await;
        let (target, source) = (ArticleId::new(), ArticleId::new());
        shelf.note(target, Side::Draft, "Target", &["target"]).await;
        shelf.note(source, Side::Draft, "Source", &["TARGET"]).await;
        assert_eq!(shelf.linking_to(target, Side::Draft).await, [source]);
        assert_eq!(shelf.linking_to(target, Side::Effective).await, []);

        shelf
            .note(source, Side::Effective, "Source", &["Target"])
            .await;
        shelf.note(source, Side::Draft, "Source", &[]).await;
        assert_eq!(shelf.linking_to(target, Side::Draft).await, []);
        assert_eq!(shelf.linking_to(target, Side::Effective).await, [source]);
    }

    #[tokio::test]
    async fn of_two_who_write_at_once_one_is_refused() {
        let shelf = Shelf::new().await;
        let article = ArticleId::new();
        let (mut first, mut second) = (Batch::new(), Batch::new());
        for batch in [&mut first, &mut second] {
            note(&shelf.store, batch, article, Side::Draft, Some(("A", &[])))
                .await
                .unwrap();
        }
        shelf.store.commit(first).await.unwrap();
        let refused = shelf.store.commit(second).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
}
