//! Saves drafts as revisions and reads them.

use std::sync::Arc;

use lectern_article::links::{LinkBindings, TextKind};
use lectern_article::{Article, Articles, AttachmentStore, truncated_title};
use lectern_base::{ArticleId, Clock, Hash, Page, PersonId, RevisionId, Seek, Subject};
use lectern_document::{DraftContent, Suggestion};
use lectern_journal::{Actor, AuditEvent, Journal};
use lectern_live::Rooms;
use lectern_pool::Pool;
use lectern_store::{Batch, Key, Range, Store, Versioned, retrying};
use lectern_template::{Template, TemplateRef, Templates};

use super::Content;
use super::diff_cache::DiffCache;
use super::error::RevisionError;
use super::event::{RevisionEvent, SavedRevision};
use super::record::{OF_ARTICLE, RESTORED, REVISIONS, Reason, Revision};

/// Maximum length of a revision's name in characters.
pub(super) const LONGEST_NAME: usize = 120;

/// Saves and reads revisions.
pub struct Revisions {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) articles: Arc<Articles>,
    pub(super) templates: Arc<Templates>,
    pub(super) rooms: Arc<Rooms>,
    pub(super) attachments: Arc<AttachmentStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pool: Arc<Pool>,
    pub(super) diff_cache: DiffCache,
}

/// A request to save a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRequest {
    /// Why it is saved.
    pub reason: Reason,
    /// The name to give it.
    pub name: Option<String>,
    /// Who asked for it.
    pub by: Option<PersonId>,
    /// The change summary, for a review.
    pub change_summary: Option<String>,
}

/// A revision that is saved once its batch and event are recorded.
///
/// The batch contains everything except the article's record, which the caller may change further
/// and must put.
pub struct PendingRevision {
    /// The revision.
    pub revision: Revision,
    /// Its content.
    pub content: Content,
    /// The open suggestions in the draft, which are not part of the content.
    pub suggestions: Vec<Suggestion>,
    /// The content as stored.
    text: Vec<u8>,
    /// The article's new record.
    pub article: Article,
    /// The writes to commit.
    pub batch: Batch,
    /// The audit event to record.
    pub deed: AuditEvent,
}

impl Revisions {
    /// Creates the service on top of `store`; drafts are read from `rooms`.
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each service that it uses"
    )]
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        articles: Arc<Articles>,
        templates: Arc<Templates>,
        rooms: Arc<Rooms>,
        attachments: Arc<AttachmentStore>,
        clock: Arc<dyn Clock>,
        pool: Arc<Pool>,
    ) -> Self {
        Self {
            store,
            journal,
            articles,
            templates,
            rooms,
            attachments,
            clock,
            pool,
            diff_cache: DiffCache::default(),
        }
    }

    /// Saves the draft. Returns `None` at the end of a session if the latest revision has the same
    /// text.
    pub async fn save(
        &self,
        article: &Article,
        reason: Reason,
        name: Option<String>,
        by: Option<PersonId>,
    ) -> Result<Option<Revision>, RevisionError> {
        let name = clean_name(name)?;
        let request = RevisionRequest {
            reason,
            name,
            by,
            change_summary: None,
        };
        retrying(RevisionError::Busy, || async {
            let found = self.articles.get_versioned(article.id).await?;
            let found = found.ok_or(RevisionError::NoArticle)?;
            let Some(pending) = self.prepare(&found, &request).await? else {
                return Ok(None);
            };
            self.store_text(&pending).await?;
            let PendingRevision {
                revision,
                article,
                mut batch,
                deed,
                ..
            } = pending;
            self.articles.put(&mut batch, &article, &found).await?;
            self.journal.record(batch, vec![deed]).await?;
            Ok(Some(revision))
        })
        .await
    }

    /// Freezes the current draft without recording it.
    pub async fn prepare(
        &self,
        found: &Versioned<Article>,
        request: &RevisionRequest,
    ) -> Result<Option<PendingRevision>, RevisionError> {
        let mut article = found.value.clone();
        // Read the position first and the contributors last. An edit that arrives in between is
        // then in the text and its author among the contributors, and counted again next time, but
        // never lost.
        let position = self.rooms.position(article.id).await?;
        let draft = self.draft(&article).await?;
        let contributors = self.contributors(&article).await?;
        let content = self.freeze(&article, &draft, &contributors).await?;
        let last = self.latest(&article).await?;
        if request.reason == Reason::SessionEnd
            && self.is_unchanged(&content, last.as_ref(), position).await?
        {
            return Ok(None);
        }
        let (text, hash) = content.encode();
        let revision = Revision {
            id: RevisionId::new(),
            article: article.id,
            number: last.map_or(1, |last| last.number + 1),
            reason: request.reason,
            name: request.name.clone(),
            created_at: self.clock.now(),
            created_by: request.by,
            contributors: content.contributors.clone(),
            position,
            template: content.template.clone(),
            hash,
            title: content.title.clone(),
            change_summary: request.change_summary.clone(),
        };
        article.title.clone_from(&revision.title);
        article.latest_revision = Some(revision.id);
        let batch = self.batch(&revision, &content).await?;
        let deed = deed(&revision, &article);
        Ok(Some(PendingRevision {
            revision,
            content,
            suggestions: draft.suggestions,
            text,
            article,
            batch,
            deed,
        }))
    }

    /// Reads the draft, falling back to the article's title if the draft has none.
    pub(super) async fn draft(&self, article: &Article) -> Result<DraftContent, RevisionError> {
        let mut draft = self.rooms.read(article.id).await?;
        if draft.title.trim().is_empty() {
            draft.title.clone_from(&article.title);
        }
        draft.title = truncated_title(&draft.title).to_owned();
        Ok(draft)
    }

    /// Freezes a draft into content.
    pub(super) async fn freeze(
        &self,
        article: &Article,
        draft: &DraftContent,
        contributors: &[PersonId],
    ) -> Result<Content, RevisionError> {
        let files = self.attachments.of_article(article.id).await?;
        let files = files.into_iter().map(|file| file.hash).collect();
        let template = self.template(article)?;
        Ok(Content::freeze(template, draft, contributors, &files))
    }

    /// Writes the content to disk; the revision may be recorded afterwards.
    pub async fn store_text(&self, pending: &PendingRevision) -> Result<(), RevisionError> {
        self.store.blobs().put(pending.text.clone()).await?;
        Ok(())
    }

    /// Adds a revision imported from another instance to `batch`; its content is already stored.
    pub fn adopt(&self, batch: &mut Batch, revision: &Revision) {
        REVISIONS.insert(batch, &revision.id, revision);
        let place = (revision.article, revision.number);
        OF_ARTICLE.insert(batch, &place, &revision.id);
        self.articles
            .put_writers(batch, revision.article, &revision.contributors);
    }

    /// Tells whether there is nothing to save: the draft is unchanged, or was never edited.
    async fn is_unchanged(
        &self,
        content: &Content,
        last: Option<&Revision>,
        position: u64,
    ) -> Result<bool, RevisionError> {
        match last {
            Some(last) if last.position == position => Ok(true),
            Some(last) => Ok(self.content(last).await?.has_same_text(content)),
            None => Ok(content.contributors.is_empty()),
        }
    }

    async fn batch(&self, revision: &Revision, content: &Content) -> Result<Batch, RevisionError> {
        let mut batch = Batch::new();
        REVISIONS.insert(&mut batch, &revision.id, revision);
        let place = (revision.article, revision.number);
        OF_ARTICLE.insert(&mut batch, &place, &revision.id);
        let links = LinkBindings::unbound(&content.links());
        let text = Some((content.title.as_str(), &links));
        self.articles
            .put_links(&mut batch, revision.article, TextKind::Draft, text)
            .await?;
        self.articles
            .put_writers(&mut batch, revision.article, &content.contributors);
        self.attachments
            .pin(&mut batch, revision.article, &content.attachments);
        Ok(batch)
    }

    /// Returns everyone who edited the draft since the effective version, according to the edit
    /// log, and who wrote text that was restored since then.
    pub async fn contributors(&self, article: &Article) -> Result<Vec<PersonId>, RevisionError> {
        let base = match &article.effective {
            Some(effective) => self.get(effective.revision).await?,
            None => None,
        };
        let position = base.map_or(0, |base| base.position);
        let mut writers = self.rooms.contributors_since(article.id, position).await?;
        let restored = RESTORED.scan_under(&self.store, &article.id).await?;
        let since = restored.into_iter().filter(|((_, at), _)| *at > position);
        writers.extend(since.flat_map(|(_, restored)| restored));
        writers.sort_unstable();
        writers.dedup();
        Ok(writers)
    }

    /// Tells whether a person ever edited an article.
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

    /// Returns the content of a revision.
    ///
    /// # Errors
    ///
    /// [`RevisionError::Damaged`] if the stored content does not match the revision's hash.
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

    /// Returns the template of an article.
    pub fn template(&self, article: &Article) -> Result<&Template, RevisionError> {
        self.template_named(&article.template)
    }

    /// Returns a template by reference.
    pub fn template_named(&self, name: &TemplateRef) -> Result<&Template, RevisionError> {
        let template = self.templates.get(name);
        template.ok_or_else(|| RevisionError::NoTemplate(name.clone()))
    }
}

fn deed(revision: &Revision, article: &Article) -> AuditEvent {
    let actor = revision.created_by.map_or(Actor::System, Actor::Person);
    let saved = RevisionEvent::Saved {
        new: SavedRevision {
            article: revision.article,
            number: revision.number,
            reason: revision.reason,
            name: revision.name.clone(),
            hash: revision.hash,
            contributors: revision.contributors.clone(),
        },
    };
    AuditEvent::new(actor, saved, Subject::revision(revision.id)).in_module(article.module)
}

/// Trims a name; a blank one becomes `None`.
fn clean_name(name: Option<String>) -> Result<Option<String>, RevisionError> {
    let name = name.map(|name| name.trim().to_owned());
    match name.filter(|name| !name.is_empty()) {
        Some(name) if name.chars().count() > LONGEST_NAME => {
            Err(RevisionError::LongName(LONGEST_NAME))
        }
        name => Ok(name),
    }
}
