//! Which titles lead to which articles, and which articles lead to a title.
//!
//! Drafts and effective versions are kept apart: readers see no trace of a draft here. Everything
//! is written in the batch that saves a revision or makes a version effective.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::record::{Article, normalised};
use crate::base::ArticleId;
use crate::store::{Batch, Store, StoreError, Table, Versioned};

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
pub(super) async fn backlinks(
    store: &Store,
    article: &Article,
    side: Side,
) -> Result<Vec<ArticleId>, StoreError> {
    let outlook = OUTLOOKS.get(store, &article.id).await?.unwrap_or_default();
    let titles = [outlook.draft.title, outlook.effective.title];
    let mut sources = BTreeSet::new();
    for title in titles.into_iter().flatten().collect::<BTreeSet<_>>() {
        for ((_, source), sides) in BACKLINKS.scan_under(store, &title).await? {
            let there = match side {
                Side::Draft => sides.draft,
                Side::Effective => sides.effective,
            };
            if there && source != article.id {
                sources.insert(source);
            }
        }
    }
    Ok(sources.into_iter().collect())
}
