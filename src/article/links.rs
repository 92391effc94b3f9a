//! An index from titles to articles, and from titles to the articles that link to them.
//!
//! Drafts and effective versions are indexed separately, so that drafts never show through to
//! readers. The index is written in the batch that saves a revision or makes a version effective.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_base::ArticleId;
use lectern_store::{Batch, Store, StoreError, Table, Versioned};

use super::record::normalised_title;

/// The titles and links of each article, as last recorded.
const LINKS: Table<ArticleId, LinkRecord> = Table::new("article_outlooks");
/// Normalised title and the article that has it.
const TITLES: Table<(String, ArticleId), Presence> = Table::new("article_titles");
/// Normalised title and an article that links to it.
const BACKLINKS: Table<(String, ArticleId), Presence> = Table::new("article_backlinks");

/// Which text of an article a title or link comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// The newest revision of the draft.
    Draft,
    /// The effective version.
    Effective,
}

/// Which texts contain a title or link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Presence {
    draft: bool,
    effective: bool,
}

/// The titles and links of both texts of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LinkRecord {
    draft: TextLinks,
    effective: TextLinks,
}

/// The normalised title and links of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TextLinks {
    title: Option<String>,
    links: BTreeSet<String>,
}

impl TextLinks {
    fn has_title(&self, title: &str) -> bool {
        self.title.as_deref() == Some(title)
    }
}

/// Records the title and links of one text of an article, or their absence.
///
/// The batch fails if someone else records them at the same time.
pub async fn record_text(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    kind: TextKind,
    text: Option<(&str, &[String])>,
) -> Result<(), StoreError> {
    let found = LINKS.get_versioned(store, &article).await?;
    let old = found.as_ref().map(|f| f.value.clone()).unwrap_or_default();
    let links = text.map_or_else(TextLinks::default, |(title, links)| TextLinks {
        title: Some(normalised_title(title)),
        links: links.iter().map(|link| normalised_title(link)).collect(),
    });
    let mut new = old.clone();
    match kind {
        TextKind::Draft => new.draft = links,
        TextKind::Effective => new.effective = links,
    }
    write(batch, article, &old, &new);
    put_record(batch, article, &new, found.as_ref());
    Ok(())
}

/// Records the titles and links of a new article.
pub(super) fn record_new(
    batch: &mut Batch,
    article: ArticleId,
    draft: (&str, Vec<String>),
    effective: Option<(&str, Vec<String>)>,
) {
    let links_of = |(title, links): (&str, Vec<String>)| TextLinks {
        title: Some(normalised_title(title)),
        links: links.iter().map(|link| normalised_title(link)).collect(),
    };
    let new = LinkRecord {
        draft: links_of(draft),
        effective: effective.map(links_of).unwrap_or_default(),
    };
    write(batch, article, &LinkRecord::default(), &new);
    put_record(batch, article, &new, None);
}

fn put_record(
    batch: &mut Batch,
    article: ArticleId,
    new: &LinkRecord,
    found: Option<&Versioned<LinkRecord>>,
) {
    match found {
        Some(found) => LINKS.put_expecting(batch, &article, new, found),
        None => LINKS.insert(batch, &article, new),
    }
}

fn write(batch: &mut Batch, article: ArticleId, old: &LinkRecord, new: &LinkRecord) {
    let titles = |o: &LinkRecord| {
        [&o.draft.title, &o.effective.title]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    for title in &(&titles(old) | &titles(new)) {
        let presence = Presence {
            draft: new.draft.has_title(title),
            effective: new.effective.has_title(title),
        };
        put(batch, TITLES, title, article, presence);
    }
    let links = |o: &LinkRecord| &o.draft.links | &o.effective.links;
    for link in &(&links(old) | &links(new)) {
        let presence = Presence {
            draft: new.draft.links.contains(link),
            effective: new.effective.links.contains(link),
        };
        put(batch, BACKLINKS, link, article, presence);
    }
}

fn put(
    batch: &mut Batch,
    table: Table<(String, ArticleId), Presence>,
    title: &str,
    article: ArticleId,
    presence: Presence,
) {
    let key = (title.to_owned(), article);
    match presence == Presence::default() {
        true => table.delete(batch, &key),
        false => table.put(batch, &key, &presence),
    }
}

/// Returns the article a title leads to. Effective versions win over drafts, and older articles
/// over newer ones.
pub(super) async fn by_title(store: &Store, title: &str) -> Result<Option<ArticleId>, StoreError> {
    let found = TITLES.scan_under(store, &normalised_title(title)).await?;
    let effective = found.iter().find(|(_, presence)| presence.effective);
    Ok(effective
        .or(found.first())
        .map(|((_, article), _)| *article))
}

/// Returns the articles whose text of this kind links to a title of `article`, oldest first,
/// without the article itself.
pub(super) async fn backlinks_to(
    store: &Store,
    article: ArticleId,
    kind: TextKind,
) -> Result<Vec<ArticleId>, StoreError> {
    let record = LINKS.get(store, &article).await?.unwrap_or_default();
    let titles = [record.draft.title, record.effective.title];
    let mut sources = BTreeSet::new();
    for title in titles.into_iter().flatten().collect::<BTreeSet<_>>() {
        for ((_, source), presence) in BACKLINKS.scan_under(store, &title).await? {
            let there = match kind {
                TextKind::Draft => presence.draft,
                TextKind::Effective => presence.effective,
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

    struct Fixture {
        store: Store,
        _dir: tempfile::TempDir,
    }

    impl Fixture {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = store::open(dir.path()).unwrap();
            Self { store, _dir: dir }
        }

        async fn record_text(
            &self,
            article: ArticleId,
            kind: TextKind,
            title: &str,
            links: &[&str],
        ) {
            let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();
            let mut batch = Batch::new();
            record_text(
                &self.store,
                &mut batch,
                article,
                kind,
                Some((title, &links)),
            )
            .await
            .unwrap();
            self.store.commit(batch).await.unwrap();
        }

        async fn titled(&self, title: &str) -> Option<ArticleId> {
            by_title(&self.store, title).await.unwrap()
        }

        async fn linking_to(&self, article: ArticleId, kind: TextKind) -> Vec<ArticleId> {
            backlinks_to(&self.store, article, kind).await.unwrap()
        }
    }

    #[tokio::test]
    async fn an_article_is_found_by_its_current_title() {
        let fixture = Fixture::new().await;
        let article = ArticleId::new();
        fixture
            .record_text(article, TextKind::Draft, "Cold Chain", &[])
            .await;
        assert_eq!(fixture.titled("cold  chain").await, Some(article));
        fixture
            .record_text(article, TextKind::Draft, "Cool Chain", &[])
            .await;
        assert_eq!(fixture.titled("Cold Chain").await, None);
        assert_eq!(fixture.titled("Cool Chain").await, Some(article));
    }

    #[tokio::test]
    async fn an_effective_title_survives_a_renamed_draft_and_takes_precedence() {
        let fixture = Fixture::new().await;
        let (older, newer) = (ArticleId::new(), ArticleId::new());
        fixture
            .record_text(older, TextKind::Draft, "Cold Chain", &[])
            .await;
        fixture
            .record_text(newer, TextKind::Draft, "Cold Chain", &[])
            .await;
        fixture
            .record_text(newer, TextKind::Effective, "Cold Chain", &[])
            .await;
        fixture
            .record_text(newer, TextKind::Draft, "Renamed", &[])
            .await;
        assert_eq!(fixture.titled("Cold Chain").await, Some(newer));
        assert_eq!(fixture.titled("Renamed").await, Some(newer));
    }

    #[tokio::test]
    async fn backlinks_of_drafts_and_effective_texts_are_separate() {
        let fixture = Fixture::new().await;
        let (target, source) = (ArticleId::new(), ArticleId::new());
        fixture
            .record_text(target, TextKind::Draft, "Target", &["target"])
            .await;
        fixture
            .record_text(source, TextKind::Draft, "Source", &["TARGET"])
            .await;
        assert_eq!(fixture.linking_to(target, TextKind::Draft).await, [source]);
        assert_eq!(fixture.linking_to(target, TextKind::Effective).await, []);

        fixture
            .record_text(source, TextKind::Effective, "Source", &["Target"])
            .await;
        fixture
            .record_text(source, TextKind::Draft, "Source", &[])
            .await;
        assert_eq!(fixture.linking_to(target, TextKind::Draft).await, []);
        assert_eq!(
            fixture.linking_to(target, TextKind::Effective).await,
            [source]
        );
    }

    #[tokio::test]
    async fn of_two_concurrent_writes_one_is_refused() {
        let fixture = Fixture::new().await;
        let article = ArticleId::new();
        let (mut first, mut second) = (Batch::new(), Batch::new());
        for batch in [&mut first, &mut second] {
            record_text(
                &fixture.store,
                batch,
                article,
                TextKind::Draft,
                Some(("A", &[])),
            )
            .await
            .unwrap();
        }
        fixture.store.commit(first).await.unwrap();
        let refused = fixture.store.commit(second).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
}
