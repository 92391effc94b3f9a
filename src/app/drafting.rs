//! The draft as a whole, and edits that come without an editor.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;

use lectern_article::{Article, LONGEST_TITLE};
use lectern_base::{PersonId, Subject};
use lectern_document::{self as document, DraftContent, SectionText};
use lectern_identity::{Author, Caller, Steward};
use lectern_journal::AuditEvent;
use lectern_live::{AttributedSection, QuarantinedPart};
use lectern_revision::draft_completeness;
use lectern_store::Batch;
use lectern_template::{Completeness, Section, SectionKind, Template, not_applicable_key};

use super::{App, AppError, Opened};

/// A draft as it is now, beside its template.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is written against.
    pub template: Template,
    /// What it says.
    pub content: DraftContent,
    /// What review still asks for.
    pub completeness: Completeness,
}

impl Draft {
    /// The sections in order, each with its definition.
    pub fn sections(&self) -> impl Iterator<Item = (&Section, &SectionText)> {
        let texts = self.content.sections.iter();
        texts.filter_map(|text| Some((self.template.section(&text.key)?, text)))
    }

    /// The whole draft as one Markdown document.
    pub fn markdown(&self) -> String {
        let texts = self
            .sections()
            .map(|(section, text)| (section.title.as_str(), text));
        whole_markdown(&self.content.title, texts)
    }
}

/// Puts title and sections together as one Markdown document.
pub fn whole_markdown<'t>(
    title: &str,
    sections: impl Iterator<Item = (&'t str, &'t SectionText)>,
) -> String {
    let mut whole = format!("# {title}\n");
    for (heading, text) in sections {
        whole.push_str(&format!("\n## {heading}\n"));
        if !text.markdown.trim().is_empty() {
            whole.push_str(&format!("\n{}\n", text.markdown.trim_end()));
        }
    }
    whole
}

impl App {
    /// The template version that an article is written against.
    pub fn template_of(&self, article: &Article) -> Result<&Template, AppError> {
        self.templates
            .get(&article.template)
            .ok_or(AppError::NotFound("template"))
    }

    /// Reads the draft, with what is still missing.
    pub async fn draft(&self, article: &Article) -> Result<Draft, AppError> {
        let template = self.template_of(article)?.clone();
        let content = self.rooms.read(article.id).await?;
        let completeness = draft_completeness(&template, &content.sections, &content.fields);
        Ok(Draft {
            template,
            content,
            completeness,
        })
    }

    /// Tells who wrote which words of a draft, with their names; for those who may write it.
    pub async fn attribution(
        &self,
        caller: &Caller,
        opened: &Opened,
    ) -> Result<(Vec<AttributedSection>, HashMap<PersonId, String>), AppError> {
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

    /// What of a draft could not be read and was set aside, for those who may write it.
    pub async fn set_aside(&self, article: &Article) -> Result<Vec<QuarantinedPart>, AppError> {
        Ok(self.rooms.quarantined(article.id).await?)
    }

    /// Notes that somebody has compared the draft with its history after a part of it was set
    /// aside; the notice goes, what was set aside stays.
    pub async fn settle_set_aside(
        &self,
        steward: &Steward,
        article: &Article,
    ) -> Result<(), AppError> {
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
        let deed = AuditEvent::new(steward.person().id, "draft.set_aside_settled", subject);
        self.journal
            .record(batch, vec![deed.from(json!(what))])
            .await?;
        Ok(())
    }

    /// Writes a section as a live edit of the author; returns the section's title and how the
    /// text stands now.
    pub async fn write_section(
        &self,
        author: &Author,
        article: &Article,
        key: &str,
        markdown: &str,
    ) -> Result<(String, String), AppError> {
        let template = self.template_of(article)?;
        let section = template.section(key).ok_or(AppError::NotFound("section"))?;
        if section.kind == SectionKind::Fixed {
            return Err(AppError::Fixed);
        }
        let (key, markdown) = (key.to_owned(), markdown.to_owned());
        let change = move |doc: &_| {
            document::replace_section(doc, &key, &markdown)?;
            Ok::<_, AppError>(document::section_markdown(doc, &key).unwrap_or_default())
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
    ) -> Result<(), AppError> {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(1..=LONGEST_TITLE).contains(&title.chars().count()) {
            return Err(AppError::BadTitle(LONGEST_TITLE));
        }
        let change = move |doc: &_| {
            document::set_title(doc, &title);
            Ok::<_, AppError>(())
        };
        self.rooms
            .edit(article.id, author.person().id, change)
            .await
    }

    /// Changes a field as a live edit of the author; `None` takes its value away.
    ///
    /// The field `not_applicable:<section>` holds the reason why a section does not apply.
    pub async fn write_field(
        &self,
        author: &Author,
        article: &Article,
        key: &str,
        value: Option<String>,
    ) -> Result<(), AppError> {
        let template = self.template_of(article)?;
        let asked = template.fields.iter().find(|field| field.key == key);
        let excused = template
            .sections
            .iter()
            .any(|section| not_applicable_key(&section.key) == key);
        if asked.is_some_and(|field| field.fixed.is_some()) {
            return Err(AppError::Fixed);
        }
        if asked.is_none() && !excused {
            return Err(AppError::NotFound("field"));
        }
        if let Some(problem) = asked.zip(value.as_ref()).and_then(|(f, v)| f.problem(v)) {
            return Err(AppError::BadValue(problem));
        }
        let key = key.to_owned();
        let change = move |doc: &_| {
            document::set_field(doc, &key, value.as_deref());
            Ok::<_, AppError>(())
        };
        self.rooms
            .edit(article.id, author.person().id, change)
            .await
    }
}
