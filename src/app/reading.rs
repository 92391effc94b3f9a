//! What readers get: the effective version, as text, Markdown and safe HTML.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use lectern_article::{Article, Standing};
use lectern_document::{self as document, SectionText, WikiTarget, escape_html};
use lectern_identity::Caller;
use lectern_review::Version;
use lectern_revision::Content;
use lectern_search::{Results, VisibleModules};
use lectern_template::TemplateRef;

use super::{App, AppError, Draft, whole_markdown};

impl App {
    /// The effective version and what it says.
    ///
    /// # Errors
    /// Not found, with a notice, when there is none that readers get.
    pub async fn effective(&self, article: &Article) -> Result<(Version, Content), AppError> {
        let notice = match article.standing {
            Standing::Suspended => "this article was unpublished; it is being looked at",
            Standing::Retired => "this article was retired",
            _ => "this article has no approved version yet",
        };
        let found = self.reviews.effective_content(article).await?;
        found.ok_or(AppError::NotEffective(notice))
    }

    /// The heading of a section, by its template; the key where that is not installed.
    pub fn heading(&self, template: &TemplateRef, key: &str) -> String {
        let template = self.templates.get(template);
        let section = template.and_then(|template| template.section(key));
        section.map_or_else(|| key.to_owned(), |section| section.title.clone())
    }

    /// The effective text as one Markdown document.
    pub fn effective_markdown(&self, content: &Content) -> String {
        let headings = content
            .sections
            .iter()
            .map(|text| self.heading(&content.template, &text.key));
        let headings: Vec<String> = headings.collect();
        let sections = headings.iter().map(String::as_str).zip(&content.sections);
        whole_markdown(&content.title, sections)
    }

    /// The effective text as one piece of safe HTML.
    pub async fn effective_html(
        &self,
        caller: &Caller,
        content: &Content,
    ) -> Result<String, AppError> {
        self.whole_html(caller, &content.title, &content.template, &content.sections)
            .await
    }

    /// The draft as one piece of safe HTML.
    pub async fn draft_html(&self, caller: &Caller, draft: &Draft) -> Result<String, AppError> {
        let content = &draft.content;
        let template = draft.template.reference();
        self.whole_html(caller, &content.title, &template, &content.sections)
            .await
    }

    async fn whole_html(
        &self,
        caller: &Caller,
        title: &str,
        template: &TemplateRef,
        sections: &[SectionText],
    ) -> Result<String, AppError> {
        let mut whole = format!("<h1>{}</h1>\n", escape_html(title));
        for (key, html) in self.html_sections(caller, sections).await? {
            let heading = escape_html(&self.heading(template, &key));
            whole.push_str(&format!(
                "<section id=\"{key}\">\n<h2>{heading}</h2>\n{html}\n</section>\n",
                key = escape_html(&key)
            ));
        }
        Ok(whole)
    }

    /// Sections as safe HTML, by key; wiki links lead to articles that the caller may know of.
    pub async fn html_sections(
        &self,
        caller: &Caller,
        sections: &[SectionText],
    ) -> Result<Vec<(String, String)>, AppError> {
        let lookup = self.link_targets(caller, sections).await?;
        let render = |text: &SectionText| {
            (
                text.key.clone(),
                document::render(&text.markdown, &text.key, &lookup),
            )
        };
        Ok(sections.iter().map(render).collect())
    }

    /// Where the wiki links of some texts lead for a caller.
    pub(super) async fn link_targets(
        &self,
        caller: &Caller,
        texts: &[SectionText],
    ) -> Result<impl Fn(&str) -> WikiTarget + use<>, AppError> {
        let mut targets = HashMap::new();
        for title in texts
            .iter()
            .flat_map(|text| document::wiki_titles(&text.markdown))
        {
            if let Entry::Vacant(entry) = targets.entry(title) {
                let target = self.link_target(caller, entry.key()).await?;
                entry.insert(target);
            }
        }
        Ok(move |title: &str| targets.get(title).cloned().unwrap_or(WikiTarget::Missing))
    }

    async fn link_target(&self, caller: &Caller, title: &str) -> Result<WikiTarget, AppError> {
        let Some(id) = self.articles.by_title(title).await? else {
            return Ok(WikiTarget::Missing);
        };
        let opened = self.open_article(caller, id).await;
        Ok(
            opened.map_or(WikiTarget::Missing, |opened| WikiTarget::Found {
                href: format!("/a/{}", opened.article.slug),
            }),
        )
    }

    /// What a caller may find: effective versions of all modules they can read, drafts of those
    /// they can write in.
    pub async fn visible(&self, caller: &Caller) -> Result<VisibleModules, AppError> {
        let modules = self.modules.visible_to(caller).await?;
        let writable = modules
            .iter()
            .filter(|module| caller.editor(&module.place()).is_ok());
        Ok(VisibleModules {
            drafts_in: writable.map(|module| module.id).collect(),
            effective_in: modules.iter().map(|module| module.id).collect(),
        })
    }

    /// Finds what stands at these places among all that the caller may find, best first.
    pub async fn find(
        &self,
        caller: &Caller,
        typed: &str,
        places: Range<usize>,
    ) -> Result<Results, AppError> {
        let visible = self.visible(caller).await?;
        Ok(self.search.query(typed, visible, places).await?)
    }
}
