//! An index from titles to articles, and from titles and articles to the articles that link to them.
//!
//! Drafts and effective versions are indexed separately, so that drafts never show through to
//! readers. The index is written in the batch that saves a revision or makes a version effective.
//!
//! The links of a draft follow titles; those of an approved text are bound to articles.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use lectern_base::ArticleId;
use lectern_store::{Batch, Store, StoreError, Table, Versioned};

use super::record::normalised_title;

/// The titles and links of each article, as last recorded.
const LINKS: Table<ArticleId, LinkRecord> = Table::new("article_outlooks");
/// Normalised title and the article that has it.
const TITLES: Table<(String, ArticleId), Presence> = Table::new("article_titles");
/// Normalised title and an article that was approved under it before it had another.
const FORMER_TITLES: Table<(String, ArticleId), ()> = Table::new("article_former_titles");
/// Normalised title and an article with a link to it that is bound to no article.
const BACKLINKS: Table<(String, ArticleId), Presence> = Table::new("article_backlinks");
/// An article and another one whose effective version has a link bound to it.
const BOUND_BACKLINKS: Table<(ArticleId, ArticleId), ()> = Table::new("article_bound_backlinks");

/// Which text of an article a title or link comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// The newest revision of the draft.
    Draft,
    /// The effective version.
    Effective,
}

/// The wiki links of a text by normalised title, each with the article it is bound to. `None` is a
/// wanted link: no article had that title when the text was approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkBindings(BTreeMap<String, Option<ArticleId>>);

impl LinkBindings {
    /// Returns links to `titles` that are bound to no article.
    pub fn unbound(titles: &[String]) -> Self {
        let titles = titles.iter();
        Self(
            titles
                .map(|title| (normalised_title(title), None))
                .collect(),
        )
    }

    /// Returns the article that a link to `title` is bound to.
    pub fn article(&self, title: &str) -> Option<ArticleId> {
        self.0.get(&normalised_title(title)).copied().flatten()
    }

    /// Binds the link to `title` if it is wanted; tells whether it was.
    pub fn bind(&mut self, title: &str, article: ArticleId) -> bool {
        match self.0.get_mut(&normalised_title(title)) {
            Some(bound @ None) => {
                *bound = Some(article);
                true
            }
            _ => false,
        }
    }

    /// Makes those links wanted whose article does not meet `condition`.
    pub fn retain(&mut self, condition: impl Fn(ArticleId) -> bool) {
        for bound in self.0.values_mut() {
            *bound = bound.filter(|article| condition(*article));
        }
    }

    /// Returns the articles that links are bound to.
    pub fn articles(&self) -> BTreeSet<ArticleId> {
        self.0.values().copied().flatten().collect()
    }

    /// Adds the links of `other` to titles that have none here.
    pub fn or(mut self, other: Self) -> Self {
        for (title, bound) in other.0 {
            self.0.entry(title).or_insert(bound);
        }
        self
    }
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
    /// The titles of earlier effective versions.
    #[serde(default)]
    former: BTreeSet<String>,
}

/// The normalised title and links of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TextLinks {
    title: Option<String>,
    links: BTreeSet<String>,
    /// Those of the links that are bound to an article.
    #[serde(default)]
    bound: BTreeMap<String, ArticleId>,
}

impl TextLinks {
    fn of(title: &str, links: &LinkBindings) -> Self {
        let bound = links.0.iter();
        let bound = bound.filter_map(|(title, article)| Some((title.clone(), (*article)?)));
        Self {
            title: Some(normalised_title(title)),
            links: links.0.keys().cloned().collect(),
            bound: bound.collect(),
        }
    }

    fn has_title(&self, title: &str) -> bool {
        self.title.as_deref() == Some(title)
    }

    /// Tells whether it links to a title, and the link is bound to no article.
    fn follows(&self, title: &str) -> bool {
        self.links.contains(title) && !self.bound.contains_key(title)
    }

    fn targets(&self) -> BTreeSet<ArticleId> {
        self.bound.values().copied().collect()
    }
}

/// Records the title and links of one text of an article, or their absence. The title that the
/// effective version had before becomes a former one.
///
/// The batch fails if someone else records them at the same time.
pub async fn record_text(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    kind: TextKind,
    text: Option<(&str, &LinkBindings)>,
) -> Result<(), StoreError> {
    change(store, batch, article, |record| {
        let links = text.map_or_else(TextLinks::default, |(title, links)| {
            TextLinks::of(title, links)
        });
        match kind {
            TextKind::Draft => record.draft = links,
            TextKind::Effective => {
                let before = std::mem::replace(&mut record.effective, links);
                let renamed = before.title != record.effective.title;
                record.former.extend(before.title.filter(|_| renamed));
            }
        }
    })
    .await
}

/// Records titles of earlier effective versions.
pub(super) async fn record_former(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    titles: &[String],
) -> Result<(), StoreError> {
    change(store, batch, article, |record| {
        record.former.extend(former(titles, &record.effective));
    })
    .await
}

/// Binds the wanted link to `title` in the effective version of `source`.
pub(super) async fn record_found(
    store: &Store,
    batch: &mut Batch,
    source: ArticleId,
    title: &str,
    article: ArticleId,
) -> Result<(), StoreError> {
    change(store, batch, source, |record| {
        let bound = &mut record.effective.bound;
        bound.entry(normalised_title(title)).or_insert(article);
    })
    .await
}

async fn change(
    store: &Store,
    batch: &mut Batch,
    article: ArticleId,
    change: impl FnOnce(&mut LinkRecord),
) -> Result<(), StoreError> {
    let found = LINKS.get_versioned(store, &article).await?;
    let old = found.as_ref().map(|f| f.value.clone()).unwrap_or_default();
    let mut new = old.clone();
    change(&mut new);
    write(batch, article, &old, &new);
    put_record(batch, article, &new, found.as_ref());
    Ok(())
}

fn former(titles: &[String], effective: &TextLinks) -> BTreeSet<String> {
    let titles = titles.iter().map(|title| normalised_title(title));
    titles.filter(|title| !effective.has_title(title)).collect()
}

/// Records the titles and links of a new article.
pub(super) fn record_new(
    batch: &mut Batch,
    article: ArticleId,
    draft: (&str, &LinkBindings),
    effective: Option<(&str, &LinkBindings)>,
    former_titles: &[String],
) {
    let mut new = LinkRecord {
        draft: TextLinks::of(draft.0, draft.1),
        ..LinkRecord::default()
    };
    if let Some((title, links)) = effective {
        new.effective = TextLinks::of(title, links);
    }
    new.former = former(former_titles, &new.effective);
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
            draft: new.draft.follows(link),
            effective: new.effective.follows(link),
        };
        put(batch, BACKLINKS, link, article, presence);
    }
    let (before, after) = (old.effective.targets(), new.effective.targets());
    for target in &before - &after {
        BOUND_BACKLINKS.delete(batch, &(target, article));
    }
    for target in after {
        BOUND_BACKLINKS.put(batch, &(target, article), &());
    }
    for title in &new.former {
        FORMER_TITLES.put(batch, &(title.clone(), article), &());
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
/// over newer ones. A title that no article has now leads to the newest that was approved under it.
pub(super) async fn by_title(store: &Store, title: &str) -> Result<Option<ArticleId>, StoreError> {
    let title = normalised_title(title);
    let found = TITLES.scan_under(store, &title).await?;
    let effective = found.iter().find(|(_, presence)| presence.effective);
    if let Some(((_, article), _)) = effective.or(found.first()) {
        return Ok(Some(*article));
    }
    let former = FORMER_TITLES.scan_under(store, &title).await?;
    Ok(former.last().map(|((_, article), ())| *article))
}

/// Returns the articles whose text of this kind has a link to `title` that is bound to no article.
pub(super) async fn following(
    store: &Store,
    title: &str,
    kind: TextKind,
) -> Result<Vec<ArticleId>, StoreError> {
    let found = BACKLINKS
        .scan_under(store, &normalised_title(title))
        .await?;
    let there = |presence: &Presence| match kind {
        TextKind::Draft => presence.draft,
        TextKind::Effective => presence.effective,
    };
    let sources = found.into_iter().filter(|(_, presence)| there(presence));
    Ok(sources.map(|((_, source), _)| source).collect())
}

/// Returns the articles whose text of this kind links to `article`, oldest first, without the
/// article itself.
pub(super) async fn backlinks_to(
    store: &Store,
    article: ArticleId,
    kind: TextKind,
) -> Result<Vec<ArticleId>, StoreError> {
    let record = LINKS.get(store, &article).await?.unwrap_or_default();
    let mut titles: BTreeSet<_> = [record.draft.title, record.effective.title]
        .into_iter()
        .flatten()
        .collect();
    for title in record.former {
        if by_title(store, &title).await? == Some(article) {
            titles.insert(title);
        }
    }
    let mut sources = BTreeSet::new();
    for title in titles {
        sources.extend(following(store, &title, kind).await?);
    }
    if kind == TextKind::Effective {
        let bound = BOUND_BACKLINKS.scan_under(store, &article).await?;
        sources.extend(bound.into_iter().map(|((_, source), ())| source));
    }
    sources.remove(&article);
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

    fn wanted(titles: &[&str]) -> LinkBindings {
        let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
        LinkBindings::unbound(&titles)
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
            self.record_links(article, kind, title, &wanted(links))
                .await;
        }

        async fn record_links(
            &self,
            article: ArticleId,
            kind: TextKind,
            title: &str,
            links: &LinkBindings,
        ) {
            let mut batch = Batch::new();
            record_text(&self.store, &mut batch, article, kind, Some((title, links)))
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
    async fn a_former_title_leads_to_its_article_until_another_has_it() {
        let fixture = Fixture::new().await;
        let (article, other) = (ArticleId::new(), ArticleId::new());
        for title in ["Old name", "New name"] {
            for kind in [TextKind::Draft, TextKind::Effective] {
                fixture.record_text(article, kind, title, &[]).await;
            }
        }
        assert_eq!(fixture.titled("Old name").await, Some(article));
        fixture
            .record_text(other, TextKind::Draft, "old NAME", &[])
            .await;
        assert_eq!(fixture.titled("Old name").await, Some(other));
        assert_eq!(fixture.titled("New name").await, Some(article));
    }

    #[tokio::test]
    async fn a_title_that_nobody_approved_is_not_remembered() {
        let fixture = Fixture::new().await;
        let article = ArticleId::new();
        for title in ["Working title", "Cold Chain"] {
            fixture
                .record_text(article, TextKind::Draft, title, &[])
                .await;
        }
        assert_eq!(fixture.titled("Working title").await, None);
    }

    #[tokio::test]
    async fn backlinks_follow_a_bound_link_and_not_its_title() {
        let fixture = Fixture::new().await;
        let [target, source, taker] = [(); 3].map(|()| ArticleId::new());
        let mut links = wanted(&["Old name", "Wanted"]);
        assert!(links.bind("OLD name", target) && !links.bind("Old name", taker));
        assert!(!links.bind("Elsewhere", taker));
        fixture
            .record_links(source, TextKind::Effective, "Source", &links)
            .await;
        for (article, title) in [(target, "New name"), (taker, "Old name")] {
            fixture
                .record_text(article, TextKind::Effective, title, &[])
                .await;
        }
        let effective = TextKind::Effective;
        assert_eq!(fixture.linking_to(target, effective).await, [source]);
        assert_eq!(fixture.linking_to(taker, effective).await, []);

        let mut batch = Batch::new();
        record_found(&fixture.store, &mut batch, source, "wanted", taker)
            .await
            .unwrap();
        fixture.store.commit(batch).await.unwrap();
        assert_eq!(fixture.linking_to(taker, effective).await, [source]);

        fixture
            .record_text(source, effective, "Source", &["Elsewhere"])
            .await;
        assert_eq!(fixture.linking_to(target, effective).await, []);
        assert_eq!(fixture.linking_to(taker, effective).await, []);
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
                Some(("A", &LinkBindings::default())),
            )
            .await
            .unwrap();
        }
        fixture.store.commit(first).await.unwrap();
        let refused = fixture.store.commit(second).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
}
