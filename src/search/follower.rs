//! Keeps the index in step with the journal.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use lectern_article::{Article, Articles};
use lectern_base::{ArticleId, RevisionId};
use lectern_document::section_plain_text;
use lectern_journal::{self as journal, FollowError, Follower};
use lectern_revision::{Content, Revision, Revisions};
use lectern_store::Store;

use super::index::{Entry, Index, SearchError, Section};
use super::query::{Results, Visible};

/// Full-text search over effective versions, and over drafts as of their newest revision.
pub struct Search {
    index: Arc<Index>,
    articles: Arc<Articles>,
    revisions: Arc<Revisions>,
}

impl Search {
    /// Opens the index in `folder`. Where there is none, an empty one is made: following the journal
    /// from its beginning then fills it.
    pub fn open(
        folder: &Path,
        articles: Arc<Articles>,
        revisions: Arc<Revisions>,
    ) -> Result<Self, SearchError> {
        let index = Arc::new(Index::open(folder)?);
        Ok(Self {
            index,
            articles,
            revisions,
        })
    }

    /// Finds the articles at these places among all that match `typed` and are visible, best first.
    pub async fn query(
        &self,
        typed: &str,
        visible: Visible,
        places: Range<usize>,
    ) -> Result<Results, SearchError> {
        let (index, typed) = (Arc::clone(&self.index), typed.to_owned());
        aside(move || index.query(&typed, &visible, places)).await
    }

    /// Returns the number of the last journal entry that can be found.
    pub fn position(&self) -> Result<u64, SearchError> {
        self.index.position()
    }

    /// Reads an article as it is now: the states in which it can be found.
    async fn entries(&self, id: ArticleId) -> Result<Vec<Entry>, SearchError> {
        let Some(article) = self.articles.get(id).await.map_err(source)? else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        if let Some(effective) = article.readable() {
            let (revision, content) = self.text(effective.revision).await?;
            // What was not approved is not found, whatever a record says.
            if revision.hash == effective.hash {
                entries.push(self.entry(&article, Some(effective.version), &content)?);
            }
        }
        entries.extend(self.draft(&article).await?);
        Ok(entries)
    }

    /// The draft, unless it says what the effective version says.
    async fn draft(&self, article: &Article) -> Result<Option<Entry>, SearchError> {
        let Some(latest) = article.latest_revision else {
            let title = article.title.clone();
            return Ok(Some(self.bare(article, None, title)));
        };
        let (revision, content) = self.text(latest).await?;
        let same = article
            .readable()
            .is_some_and(|effective| effective.hash == revision.hash);
        if same {
            Ok(None)
        } else {
            self.entry(article, None, &content).map(Some)
        }
    }

    async fn text(&self, id: RevisionId) -> Result<(Revision, Content), SearchError> {
        let found = self.revisions.get(id).await.map_err(source)?;
        let revision = found.ok_or_else(|| source(format!("revision {id} is missing")))?;
        let content = self.revisions.content(&revision).await.map_err(source)?;
        Ok((revision, content))
    }

    fn entry(
        &self,
        article: &Article,
        version: Option<u32>,
        content: &Content,
    ) -> Result<Entry, SearchError> {
        let template = self
            .revisions
            .template_named(&content.template)
            .map_err(source)?;
        let sections = content.sections.iter().map(|section| Section {
            key: section.key.clone(),
            title: template
                .section(&section.key)
                .map_or_else(|| section.key.clone(), |known| known.title.clone()),
            text: section_plain_text(&section.markdown),
        });
        let mut entry = self.bare(article, version, content.title.clone());
        entry.sections = sections.collect();
        Ok(entry)
    }

    fn bare(&self, article: &Article, version: Option<u32>, title: String) -> Entry {
        Entry {
            article: article.id,
            module: article.module,
            slug: article.slug.clone(),
            title,
            version,
            sections: Vec::new(),
        }
    }
}

#[async_trait]
impl Follower for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    async fn checkpoint(&self, _: &Store) -> Result<u64, FollowError> {
        self.index.position().map_err(FollowError::new)
    }

    async fn apply(&self, entries: &[journal::Entry]) -> Result<(), FollowError> {
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let touched: BTreeSet<ArticleId> = entries.iter().filter_map(article_of).collect();
        let mut found = Vec::new();
        for id in &touched {
            match self.entries(*id).await {
                Ok(states) => found.extend(states),
                // One article that cannot be read must not hide all others from search.
                Err(SearchError::Source(error)) => {
                    tracing::error!(%error, article = %id, "An article cannot be found until it can be read.");
                }
                Err(error) => return Err(FollowError::new(error)),
            }
        }
        let (index, articles, position) = (
            Arc::clone(&self.index),
            touched.into_iter().collect::<Vec<_>>(),
            last.seq,
        );
        aside(move || index.replace(&articles, &found, position))
            .await
            .map_err(FollowError::new)
    }

    /// The commit of the index carries the position: the two cannot disagree.
    async fn advance(&self, _: &Store, _: u64) -> Result<(), FollowError> {
        Ok(())
    }
}

/// The article that an entry is about, itself or by what it tells.
fn article_of(entry: &journal::Entry) -> Option<ArticleId> {
    if entry.subject.kind == "article" {
        return entry.subject.id.parse().ok();
    }
    entry.new.as_ref()?.get("article")?.as_str()?.parse().ok()
}

fn source(error: impl ToString) -> SearchError {
    SearchError::Source(error.to_string())
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(SearchError::Folder(std::io::Error::other(error))),
    }
}
