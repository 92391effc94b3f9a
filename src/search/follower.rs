//! Keeps the index in sync with the journal.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use lectern_article::{Article, Articles};
use lectern_base::{ArticleId, RevisionId, Timestamp};
use lectern_document::{LANGUAGE_FIELD, language_tag, section_plain_text};
use lectern_journal::{self as journal, FollowError, Follower};
use lectern_pool::Pool;
use lectern_revision::{Content, Revision, Revisions};
use lectern_store::Store;

use super::index::{Index, IndexEntry, IndexSection, SearchError};
use super::query::{Results, VisibleModules};
use super::question::Question;

/// Full-text search over effective versions, and over drafts as of their latest revision.
pub struct Search {
    index: Arc<Index>,
    articles: Arc<Articles>,
    revisions: Arc<Revisions>,
    pool: Arc<Pool>,
}

impl Search {
    /// Opens the index in `folder`, or creates an empty one, which fills as the journal is followed
    /// from the beginning.
    pub fn open(
        folder: &Path,
        articles: Arc<Articles>,
        revisions: Arc<Revisions>,
        pool: Arc<Pool>,
    ) -> Result<Self, SearchError> {
        let index = Arc::new(Index::open(folder)?);
        Ok(Self {
            index,
            articles,
            revisions,
            pool,
        })
    }

    /// Returns the visible articles that answer a question, best first, limited to the range `places`.
    pub async fn query(
        &self,
        question: Question,
        visible: VisibleModules,
        places: Range<usize>,
    ) -> Result<Results, SearchError> {
        let index = Arc::clone(&self.index);
        // What a query costs depends on the index, not on its own length.
        let found = self
            .pool
            .run(usize::MAX, move || index.query(&question, &visible, places));
        found.await?
    }

    /// Returns the sequence number of the last indexed journal entry.
    pub fn position(&self) -> Result<u64, SearchError> {
        self.index.position()
    }

    /// Reads the searchable states of an article: effective version and draft.
    async fn entries(&self, id: ArticleId) -> Result<Vec<IndexEntry>, SearchError> {
        let Some(article) = self.articles.get(id).await.map_err(source)? else {
            return Ok(Vec::new());
        };
        let mut entries = Vec::new();
        if let Some(effective) = article.readable() {
            let (revision, content) = self.text(effective.revision).await?;
            // Unapproved content is not searchable, whatever a record says.
            if revision.hash == effective.hash {
                let mut entry = self.entry(&article, &content).await?;
                entry.version = Some(effective.version);
                entry.changed = seconds(effective.since);
                entries.push(entry);
            }
        }
        entries.extend(self.draft(&article).await?);
        Ok(entries)
    }

    /// Returns the draft unless it equals the effective version. Of a draft that equals a version
    /// which was suspended or retired, only the title is searchable.
    async fn draft(&self, article: &Article) -> Result<Option<IndexEntry>, SearchError> {
        let Some(latest) = article.latest_revision else {
            return Ok(Some(title_only(
                article,
                article.title.clone(),
                article.created_at,
            )));
        };
        let (revision, content) = self.text(latest).await?;
        let same = article
            .effective
            .as_ref()
            .is_some_and(|effective| effective.hash == revision.hash);
        if same && article.standing.is_readable() {
            return Ok(None);
        }
        if same {
            return Ok(Some(title_only(
                article,
                content.title,
                revision.created_at,
            )));
        }
        let mut entry = self.entry(article, &content).await?;
        entry.changed = seconds(revision.created_at);
        Ok(Some(entry))
    }

    async fn text(&self, id: RevisionId) -> Result<(Revision, Content), SearchError> {
        let found = self.revisions.get(id).await.map_err(source)?;
        let revision = found.ok_or_else(|| source(format!("revision {id} is missing")))?;
        let content = self.revisions.content(&revision).await.map_err(source)?;
        Ok((revision, content))
    }

    async fn entry(&self, article: &Article, content: &Content) -> Result<IndexEntry, SearchError> {
        let template = self
            .revisions
            .template_named(&content.template)
            .map_err(source)?;
        let sections = content.sections.clone();
        let plain = move || -> Vec<String> {
            let sections = sections.iter();
            sections
                .map(|section| section_plain_text(&section.markdown))
                .collect()
        };
        let texts = self.pool.run_patiently(plain).await?;
        let sections = content.sections.iter().zip(texts);
        let sections = sections.map(|(section, text)| IndexSection {
            key: section.key.clone(),
            title: template
                .section(&section.key)
                .map_or_else(|| section.key.clone(), |known| known.title.clone()),
            text,
        });
        let field = |key: &str| content.fields.get(key).cloned();
        let values = content
            .fields
            .iter()
            .filter(|(key, _)| *key != ALIASES_FIELD);
        let mut entry = title_only(article, content.title.clone(), article.created_at);
        entry.aliases = field(ALIASES_FIELD).unwrap_or_default();
        entry.language = field(LANGUAGE_FIELD).and_then(|value| language_tag(&value));
        entry.template = vec![template.id.clone(), template.title.clone()];
        entry.people.clone_from(&content.contributors);
        entry.values = values.map(|(_, value)| value.clone()).collect();
        entry.has = what_it_has(content);
        entry.sections = sections.collect();
        Ok(entry)
    }
}

/// The key of the field with other names of what an article is about.
const ALIASES_FIELD: &str = "aliases";

fn title_only(article: &Article, title: String, saved: Timestamp) -> IndexEntry {
    IndexEntry {
        article: article.id,
        module: article.module,
        slug: article.slug.clone(),
        title,
        aliases: String::new(),
        version: None,
        language: None,
        template: vec![article.template.id.clone()],
        people: vec![article.created_by],
        changed: seconds(saved),
        values: Vec::new(),
        has: Vec::new(),
        sections: Vec::new(),
    }
}

/// Returns what a text holds that can be asked for with `has:`.
fn what_it_has(content: &Content) -> Vec<&'static str> {
    let any = |found: fn(&str) -> bool| {
        content
            .sections
            .iter()
            .any(|section| found(&section.markdown))
    };
    let table = any(|markdown| {
        markdown
            .lines()
            .any(|line| line.trim_start().starts_with("|"))
    });
    let picture = any(|markdown| markdown.contains("!["));
    let file = any(|markdown| {
        let mut links = markdown.match_indices("](/files/");
        links.any(|(at, _)| {
            let begins = markdown[..at].rfind('[');
            begins.is_some_and(|begins| !markdown[..begins].ends_with('!'))
        })
    });
    let has = [(table, "table"), (picture, "picture"), (file, "file")];
    has.into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, what)| what)
        .collect()
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.millis() / 1_000).unwrap_or(0)
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
                // One unreadable article must not make all others unsearchable.
                Err(SearchError::Source(error)) => {
                    tracing::error!(
                        %error,
                        article = %id,
                        "The article could not be read and is missing from search."
                    );
                }
                Err(error) => return Err(FollowError::new(error)),
            }
        }
        let (index, articles, position) = (
            Arc::clone(&self.index),
            touched.into_iter().collect::<Vec<_>>(),
            last.seq,
        );
        let replaced = self
            .pool
            .run_patiently(move || index.replace(&articles, &found, position));
        let replaced = replaced.await.map_err(SearchError::from).flatten();
        replaced.map_err(FollowError::new)
    }

    /// Does nothing: the index commit carries the position, so the two cannot disagree.
    async fn advance(&self, _: &Store, _: u64) -> Result<(), FollowError> {
        Ok(())
    }
}

/// Returns the article an entry is about: its subject, or the one it refers to.
fn article_of(entry: &journal::Entry) -> Option<ArticleId> {
    if entry.subject.kind == "article" {
        return entry.subject.id.parse().ok();
    }
    entry.new.as_ref()?.get("article")?.as_str()?.parse().ok()
}

fn source(error: impl ToString) -> SearchError {
    SearchError::Source(error.to_string())
}
