//! Renders effective texts and drafts as Markdown and safe HTML.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use lectern_access::Access;
use lectern_article::links::LinkBindings;
use lectern_article::{Article, Articles, Standing};
use lectern_authoring::{Draft, markdown_document};
use lectern_document::{self as document, SectionText, WikiTarget, escape_html};
use lectern_identity::Caller;
use lectern_pool::Pool;
use lectern_reading::Readings;
use lectern_review::{Reviews, Version};
use lectern_revision::Content;
use lectern_template::{TemplateRef, Templates};

use crate::RenderingError;

/// Renders texts for a reader.
pub struct Renderer {
    /// Does the heavy part.
    pub pool: Arc<Pool>,
    /// Decides which linked articles the reader may know of.
    pub access: Arc<Access>,
    /// The definitions of sections.
    pub templates: Arc<Templates>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their versions.
    pub reviews: Arc<Reviews>,
    /// Their acknowledgements.
    pub readings: Arc<Readings>,
}

impl Renderer {
    /// Returns the effective version of an article and its content.
    ///
    /// # Errors
    /// [`RenderingError::NotEffective`] when readers get none.
    pub async fn effective(&self, article: &Article) -> Result<(Version, Content), RenderingError> {
        let notice = match article.standing {
            Standing::Suspended => "this article was unpublished; it is being looked at",
            Standing::Retired => "this article was retired",
            _ => "this article has no approved version yet",
        };
        let found = self.reviews.effective_content(article).await?;
        found.ok_or(RenderingError::NotEffective(notice))
    }

    /// Returns the title of a section, or its key when the template is not installed.
    pub fn heading(&self, template: &TemplateRef, key: &str) -> String {
        let template = self.templates.get(template);
        let section = template.and_then(|template| template.section(key));
        section.map_or_else(|| key.to_owned(), |section| section.title.clone())
    }

    /// Returns an effective text as one Markdown document.
    pub fn effective_markdown(&self, content: &Content) -> String {
        let headings = content
            .sections
            .iter()
            .map(|text| self.heading(&content.template, &text.key));
        let headings: Vec<String> = headings.collect();
        let sections = headings.iter().map(String::as_str).zip(&content.sections);
        markdown_document(&content.title, sections)
    }

    /// Returns an effective text as safe HTML.
    pub async fn effective_html(
        &self,
        caller: &Caller,
        article: &Article,
        content: &Content,
    ) -> Result<String, RenderingError> {
        let links = self.reviews.links_of(article, None).await?;
        let document = (content.title.as_str(), &content.template);
        self.document_html(caller, document, &content.sections, &links)
            .await
    }

    /// Returns a draft as safe HTML.
    pub async fn draft_html(
        &self,
        caller: &Caller,
        article: &Article,
        draft: &Draft,
    ) -> Result<String, RenderingError> {
        let links = self.reviews.links_of(article, None).await?;
        let (content, template) = (&draft.content, draft.template.reference());
        let document = (content.title.as_str(), &template);
        self.document_html(caller, document, &content.sections, &links)
            .await
    }

    async fn document_html(
        &self,
        caller: &Caller,
        (title, template): (&str, &TemplateRef),
        sections: &[SectionText],
        links: &LinkBindings,
    ) -> Result<String, RenderingError> {
        let mut html = format!("<h1>{}</h1>\n", escape_html(title));
        for (key, section) in self.html_sections(caller, sections, links).await? {
            let heading = escape_html(&self.heading(template, &key));
            html.push_str(&format!(
                "<section id=\"{key}\">\n<h2>{heading}</h2>\n{section}\n</section>\n",
                key = escape_html(&key)
            ));
        }
        Ok(html)
    }

    /// Returns sections as safe HTML, each with its key. Links that are not in `links` follow their
    /// titles.
    pub async fn html_sections(
        &self,
        caller: &Caller,
        sections: &[SectionText],
        links: &LinkBindings,
    ) -> Result<Vec<(String, String)>, RenderingError> {
        let lookup = self.link_targets(caller, sections, links).await?;
        let render = move |SectionText { key, markdown }| {
            let html = document::render(&markdown, &key, &lookup);
            (key, html)
        };
        let (size, texts) = (size(sections), sections.to_vec());
        let rendered = self
            .pool
            .run(size, || texts.into_iter().map(render).collect());
        Ok(rendered.await?)
    }

    /// Resolves the wiki links in `texts` for a caller.
    pub(crate) async fn link_targets(
        &self,
        caller: &Caller,
        texts: &[SectionText],
        links: &LinkBindings,
    ) -> Result<impl Fn(&str) -> WikiTarget + use<>, RenderingError> {
        let linking = texts.iter().filter(|text| text.markdown.contains("[["));
        let linking: Vec<SectionText> = linking.cloned().collect();
        let size = size(&linking);
        let titles = move || -> Vec<String> {
            let titles = linking.iter();
            let titles = titles.flat_map(|text| document::wiki_titles(&text.markdown));
            titles.collect()
        };
        let mut targets = HashMap::new();
        for title in self.pool.run(size, titles).await? {
            if let Entry::Vacant(entry) = targets.entry(title) {
                let target = self.link_target(caller, entry.key(), links).await?;
                entry.insert(target);
            }
        }
        Ok(move |title: &str| targets.get(title).cloned().unwrap_or(WikiTarget::Missing))
    }

    async fn link_target(
        &self,
        caller: &Caller,
        title: &str,
        links: &LinkBindings,
    ) -> Result<WikiTarget, RenderingError> {
        let found = match links.article(title) {
            Some(bound) => Some(bound),
            None => self.articles.by_title(title).await?,
        };
        let Some(id) = found else {
            return Ok(WikiTarget::Missing);
        };
        let opened = self.access.open_article(caller, id).await;
        Ok(
            opened.map_or(WikiTarget::Missing, |opened| WikiTarget::Found {
                href: format!("/a/{}", opened.article.slug),
            }),
        )
    }
}

/// Returns the length of some texts in bytes, which decides what rendering them costs.
pub(crate) fn size(texts: &[SectionText]) -> usize {
    texts.iter().map(|text| text.markdown.len()).sum()
}
