//! Reads drafts, and edits them without an editor.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lectern_article::{Article, ArticleEvent, LONGEST_TITLE};
use lectern_base::{PersonId, Subject};
use lectern_document as document;
use lectern_identity::{Author, Caller, Identity, Steward};
use lectern_journal::{AuditEvent, Journal};
use lectern_live::{AttributedSection, QuarantinedPart, Rooms};
use lectern_review::{Review, Reviews};
use lectern_revision::{DiffSummary, Revisions, draft_completeness};
use lectern_store::Batch;
use lectern_template::{SectionKind, Template, Templates, not_applicable_key};

use lectern_access::OpenedArticle;

use crate::{AuthoringError, Draft};

/// The most letters of the reason why a section does not apply.
const LONGEST_EXEMPTION: usize = 1_000;

/// All drafts.
pub struct Drafts {
    /// What articles are written against.
    pub templates: Arc<Templates>,
    /// The live rooms that hold the drafts.
    pub rooms: Arc<Rooms>,
    /// People.
    pub identity: Arc<Identity>,
    /// The journal.
    pub journal: Arc<Journal>,
    /// Revisions.
    pub revisions: Arc<Revisions>,
    /// Reviews.
    pub reviews: Arc<Reviews>,
}

impl Drafts {
    /// Returns the template version that an article is written against.
    pub fn template_of(&self, article: &Article) -> Result<&Template, AuthoringError> {
        self.templates
            .get(&article.template)
            .ok_or(AuthoringError::NotFound("template"))
    }

    /// Reads a draft and what is still missing in it.
    pub async fn read(&self, article: &Article) -> Result<Draft, AuthoringError> {
        let template = self.template_of(article)?.clone();
        let content = self.rooms.read(article.id).await?;
        let completeness = draft_completeness(&template, &content.sections, &content.fields);
        Ok(Draft {
            template,
            content,
            completeness,
        })
    }

    /// Returns who wrote which words of a draft, and the names of these people.
    ///
    /// # Errors
    /// Denied to a caller who may not write the draft.
    pub async fn attribution(
        &self,
        caller: &Caller,
        opened: &OpenedArticle,
    ) -> Result<(Vec<AttributedSection>, HashMap<PersonId, String>), AuthoringError> {
        caller.editor(&opened.place)?;
        let sections = self.rooms.attribution(opened.article.id).await?;
        let runs = sections
            .iter()
            .flat_map(|section| section.lines.iter().flatten());
        let people: BTreeSet<PersonId> = runs.filter_map(|run| run.person).collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let names = self.identity.names(&people).await?;
        Ok((sections, names))
    }

    /// Returns the parts of a draft that could not be read and were set aside.
    pub async fn set_aside(
        &self,
        article: &Article,
    ) -> Result<Vec<QuarantinedPart>, AuthoringError> {
        Ok(self.rooms.quarantined(article.id).await?)
    }

    /// Dismisses the notice about parts that were set aside, once somebody has compared the draft
    /// with its history. The parts themselves are kept.
    pub async fn dismiss_set_aside(
        &self,
        steward: &Steward,
        article: &Article,
    ) -> Result<(), AuthoringError> {
        let mut batch = Batch::new();
        let settled = self
            .rooms
            .resolve_quarantined(&mut batch, article.id)
            .await?;
        if settled.is_empty() {
            return Ok(());
        }
        let what: Vec<_> = settled.into_iter().map(|aside| aside.what).collect();
        let subject = Subject::article(article.id);
        let resolved = ArticleEvent::DraftSetAsideSettled { old: what };
        let event = AuditEvent::new(steward.person().id, resolved, subject);
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Replaces the text of a section as a live edit of the author; returns the section's title
    /// and its text after the edit.
    pub async fn write_section(
        &self,
        author: &Author,
        article: &Article,
        key: &str,
        markdown: &str,
    ) -> Result<(String, String), AuthoringError> {
        let template = self.template_of(article)?;
        let section = template
            .section(key)
            .ok_or(AuthoringError::NotFound("section"))?;
        if section.kind == SectionKind::Fixed {
            return Err(AuthoringError::Fixed);
        }
        let (key, markdown) = (key.to_owned(), markdown.to_owned());
        let change = move |doc: &_| {
            document::replace_section(doc, &key, &markdown)?;
            Ok::<_, AuthoringError>(document::section_markdown(doc, &key).unwrap_or_default())
        };
        let written = self
            .rooms
            .edit(article.id, author.person().id, change)
            .await?;
        Ok((section.title.clone(), written))
    }

    /// Changes the title as a live edit of the author.
    pub async fn write_title(
        &self,
        author: &Author,
        article: &Article,
        title: &str,
    ) -> Result<(), AuthoringError> {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(1..=LONGEST_TITLE).contains(&title.chars().count()) {
            return Err(AuthoringError::BadTitle(LONGEST_TITLE));
        }
        let change = move |doc: &_| {
            document::set_title(doc, &title);
            Ok::<_, AuthoringError>(())
        };
        self.rooms
            .edit(article.id, author.person().id, change)
            .await
    }

    /// Sets a field as a live edit of the author; `None` clears it.
    ///
    /// The field `not_applicable:<section>` holds the reason why a section does not apply.
    pub async fn write_field(
        &self,
        author: &Author,
        article: &Article,
        key: &str,
        value: Option<String>,
    ) -> Result<(), AuthoringError> {
        let template = self.template_of(article)?;
        let field = template.fields.iter().find(|field| field.key == key);
        let is_exemption = template
            .sections
            .iter()
            .any(|section| not_applicable_key(&section.key) == key);
        if field.is_some_and(|field| field.fixed.is_some()) {
            return Err(AuthoringError::Fixed);
        }
        if field.is_none() && !is_exemption {
            return Err(AuthoringError::NotFound("field"));
        }
        let long = |value: &String| value.chars().count() > LONGEST_EXEMPTION;
        if is_exemption && value.as_ref().is_some_and(long) {
            let why = format!("the reason has at most {LONGEST_EXEMPTION} letters");
            return Err(AuthoringError::BadValue(why));
        }
        if let Some(problem) = field.zip(value.as_ref()).and_then(|(f, v)| f.problem(v)) {
            return Err(AuthoringError::BadValue(problem));
        }
        let key = key.to_owned();
        let change = move |doc: &_| {
            document::set_field(doc, &key, value.as_deref());
            Ok::<_, AuthoringError>(())
        };
        self.rooms
            .edit(article.id, author.person().id, change)
            .await
    }

    /// Measures how far the draft has moved on from the text under review.
    pub async fn ahead_of(
        &self,
        article: &Article,
        review: &Review,
    ) -> Result<DiffSummary, AuthoringError> {
        let revision = self.reviews.candidate_revision(review).await?;
        Ok(self.revisions.ahead(article, &revision).await?)
    }
}
