//! Saving drafts as revisions, and reading them again.

use std::sync::Arc;

use lectern_article::links::Side;
use lectern_article::{Article, Articles, Shelf, fitting_title};
use lectern_base::{ArticleId, Clock, Hash, Page, PersonId, RevisionId, Seek, Subject};
use lectern_document::{DraftContent, Suggestion};
use lectern_journal::{Actor, Deed, Journal, JournalError};
use lectern_live::Rooms;
use lectern_store::{Batch, Key, Range, Store, Versioned};
use lectern_template::{Template, TemplateRef, Templates};

use super::Content;
use super::error::RevisionError;
use super::extents::Extents;
use super::record::{OF_ARTICLE, REVISIONS, Reason, Revision};

/// A save that meets another one tries again this often.
const TRIES: usize = 5;
/// Letters of a revision's name.
pub(super) const LONGEST_NAME: usize = 120;

/// All revisions.
pub struct Revisions {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) articles: Arc<Articles>,
    pub(super) templates: Arc<Templates>,
    pub(super) rooms: Arc<Rooms>,
    pub(super) shelf: Arc<Shelf>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) extents: Extents,
}

/// What a revision is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// Why.
    pub reason: Reason,
    /// The name to find it by.
    pub name: Option<String>,
    /// Who asks for it.
    pub by: Option<PersonId>,
    /// What changed, for a review.
    pub change_summary: Option<String>,
}

/// A revision that is on disk only once its batch and its deed are recorded.
///
/// The batch holds everything but the article's record, which the caller may change further and
/// must put.
pub struct Prepared {
    /// The revision.
    pub revision: Revision,
    /// What it says.
    pub content: Content,
    /// What was suggested in the draft, and is no part of it.
    pub suggestions: Vec<Suggestion>,
    /// The same as it is stored.
    text: Vec<u8>,
    /// The article's record as it is to be.
    pub article: Article,
    /// What to write.
    pub batch: Batch,
    /// What to tell.
    pub deed: Deed,
}

impl Revisions {
    /// Keeps revisions in `store`; what drafts say comes from `rooms`.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        articles: Arc<Articles>,
        templates: Arc<Templates>,
        rooms: Arc<Rooms>,
        shelf: Arc<Shelf>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            journal,
            articles,
            templates,
            rooms,
            shelf,
            clock,
            extents: Extents::default(),
        }
    }

    /// Saves the draft; nothing when a session ended and the last revision says the same.
    pub async fn save(
        &self,
        article: &Article,
        reason: Reason,
        name: Option<String>,
        by: Option<PersonId>,
    ) -> Result<Option<Revision>, RevisionError> {
        let name = tidy(name)?;
        let occasion = Occasion {
            reason,
            name,
            by,
            change_summary: None,
        };
        for _ in 0..TRIES {
            let found = self.articles.get_versioned(article.id).await?;
            let found = found.ok_or(RevisionError::NoArticle)?;
            let Some(prepared) = self.prepare(&found, &occasion).await? else {
                return Ok(None);
            };
            self.keep(&prepared).await?;
            let Prepared {
                revision,
                article,
                mut batch,
                deed,
                ..
            } = prepared;
            self.articles.put(&mut batch, &article, &found);
            match self.journal.record(batch, vec![deed]).await {
                Ok(_) => return Ok(Some(revision)),
                Err(JournalError::Conflict { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        Err(RevisionError::Busy)
    }

    /// Freezes the draft as it is now, without recording it.
    pub async fn prepare(
        &self,
        found: &Versioned<Article>,
        occasion: &Occasion,
    ) -> Result<Option<Prepared>, RevisionError> {
        let mut article = found.value.clone();
        // The position comes first and the contributors last: an edit that comes in between is
        // then in the text and its author among them, and both again next time. Never neither.
        let position = self.rooms.position(article.id).await?;
        let draft = self.draft(&article).await?;
        let contributors = self.contributors(&article).await?;
        let content = self.frozen(&article, &draft, &contributors).await?;
        let last = self.latest(&article).await?;
        if occasion.reason == Reason::SessionEnd
            && self.is_told(&content, last.as_ref(), position).await?
        {
            return Ok(None);
        }
        let (text, hash) = content.seal();
        let revision = Revision {
            id: RevisionId::new(),
            article: article.id,
            number: last.map_or(1, |last| last.number + 1),
            reason: occasion.reason,
            name: occasion.name.clone(),
            created_at: self.clock.now(),
            created_by: occasion.by,
            contributors: content.contributors.clone(),
            position,
            template: content.template.clone(),
            hash,
            title: content.title.clone(),
            change_summary: occasion.change_summary.clone(),
        };
        article.title.clone_from(&revision.title);
        article.latest_revision = Some(revision.id);
        let batch = self.batch(&revision, &content).await?;
        let deed = deed(&revision, &article);
        Ok(Some(Prepared {
            revision,
            content,
            suggestions: draft.suggestions,
            text,
            article,
            batch,
            deed,
        }))
    }

    /// Reads the draft, with a title in any case.
    pub(super) async fn draft(&self, article: &Article) -> Result<DraftContent, RevisionError> {
        let mut draft = self.rooms.read(article.id).await?;
        if draft.title.trim().is_empty() {
            draft.title.clone_from(&article.title);
        }
        draft.title = fitting_title(&draft.title).to_owned();
        Ok(draft)
    }

    /// What a revision of a draft would say.
    pub(super) async fn frozen(
        &self,
        article: &Article,
        draft: &DraftContent,
        contributors: &[PersonId],
    ) -> Result<Content, RevisionError> {
        let files = self.shelf.of_article(article.id).await?;
        let files = files.into_iter().map(|file| file.hash).collect();
        let template = self.template(article)?;
        Ok(Content::freeze(template, draft, contributors, &files))
    }

    /// Puts the text on disk; its revision may be recorded then.
    pub async fn keep(&self, prepared: &Prepared) -> Result<(), RevisionError> {
        self.store.blobs().put(prepared.text.clone()).await?;
        Ok(())
    }

    /// Puts a revision into `batch` that comes from another instance; its text is here already.
    pub fn adopt(&self, batch: &mut Batch, revision: &Revision) {
        REVISIONS.insert(batch, &revision.id, revision);
        let place = (revision.article, revision.number);
        OF_ARTICLE.insert(batch, &place, &revision.id);
        self.articles
            .put_writers(batch, revision.article, &revision.contributors);
    }

    /// Whether there is nothing to save: the draft says what it said, or was never written in.
    async fn is_told(
        &self,
        content: &Content,
        last: Option<&Revision>,
        position: u64,
    ) -> Result<bool, RevisionError> {
        match last {
            Some(last) if last.position == position => Ok(true),
            Some(last) => Ok(self.content(last).await?.says_the_same(content)),
            None => Ok(content.contributors.is_empty()),
        }
    }

    async fn batch(&self, revision: &Revision, content: &Content) -> Result<Batch, RevisionError> {
        let mut batch = Batch::new();
        REVISIONS.insert(&mut batch, &revision.id, revision);
        let place = (revision.article, revision.number);
        OF_ARTICLE.insert(&mut batch, &place, &revision.id);
        let links = content.links();
        let text = Some((content.title.as_str(), links.as_slice()));
        self.articles
            .put_outlook(&mut batch, revision.article, Side::Draft, text)
            .await?;
        self.articles
            .put_writers(&mut batch, revision.article, &content.contributors);
        self.shelf
            .count(&mut batch, revision.article, &content.attachments);
        Ok(batch)
    }

    /// Returns everyone whose edits came in since the effective version, by the edit log.
    pub async fn contributors(&self, article: &Article) -> Result<Vec<PersonId>, RevisionError> {
        let base = match &article.effective {
            Some(effective) => self.get(effective.revision).await?,
            None => None,
        };
        let position = base.map_or(0, |base| base.position);
        Ok(self.rooms.contributors_since(article.id, position).await?)
    }

    /// Tells whether a person ever wrote in an article.
    pub async fn has_written(
        &self,
        article: &Article,
        person: PersonId,
    ) -> Result<bool, RevisionError> {
        let writers = self.rooms.contributors_since(article.id, 0).await?;
        Ok(writers.contains(&person))
    }

    /// Returns a revision.
    pub async fn get(&self, id: RevisionId) -> Result<Option<Revision>, RevisionError> {
        Ok(REVISIONS.get(&self.store, &id).await?)
    }

    /// Returns what a revision says.
    ///
    /// # Errors
    /// [`RevisionError::Damaged`] when the stored text does not have the revision's hash.
    pub async fn content(&self, revision: &Revision) -> Result<Content, RevisionError> {
        let bytes = self.store.blobs().get(revision.hash).await?;
        let bytes = bytes.filter(|bytes| Hash::of(bytes) == revision.hash);
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or(RevisionError::Damaged(revision.id))
    }

    /// Returns a page of the revisions of an article, newest first.
    pub async fn history(
        &self,
        article: ArticleId,
        seek: &Seek,
    ) -> Result<Page<Revision>, RevisionError> {
        let range = Range::prefix(&article.encode()).reverse();
        let page = OF_ARTICLE.page(&self.store, range, seek).await?;
        let mut items = Vec::new();
        for (_, id) in page.items {
            items.extend(self.get(id).await?);
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    async fn latest(&self, article: &Article) -> Result<Option<Revision>, RevisionError> {
        match article.latest_revision {
            Some(id) => self.get(id).await,
            None => Ok(None),
        }
    }

    /// Returns what an article is written against.
    pub fn template(&self, article: &Article) -> Result<&Template, RevisionError> {
        self.template_named(&article.template)
    }

    /// Returns the template that a revision was written against.
    pub fn template_named(&self, name: &TemplateRef) -> Result<&Template, RevisionError> {
        let template = self.templates.get(name);
        template.ok_or_else(|| RevisionError::NoTemplate(name.clone()))
    }
}

fn deed(revision: &Revision, article: &Article) -> Deed {
    let actor = revision.created_by.map_or(Actor::System, Actor::Person);
    Deed::new(actor, "revision.saved", Subject::revision(revision.id))
        .in_module(article.module)
        .to(serde_json::json!({
            "article": revision.article,
            "number": revision.number,
            "reason": revision.reason,
            "name": revision.name,
            "hash": revision.hash,
            "contributors": revision.contributors,
        }))
}

/// An empty name is none.
fn tidy(name: Option<String>) -> Result<Option<String>, RevisionError> {
    let name = name.map(|name| name.trim().to_owned());
    match name.filter(|name| !name.is_empty()) {
        Some(name) if name.chars().count() > LONGEST_NAME => {
            Err(RevisionError::LongName(LONGEST_NAME))
        }
        name => Ok(name),
    }
}
