//! What readers get: the effective version, as text, Markdown and safe HTML.

use std::collections::HashMap;

use crate::article::{self, Article, Effective, SectionText, Standing, WikiTarget};
use crate::identity::Caller;
use crate::revision::{Content, RevisionError};

use super::{App, AppError, whole_markdown};

impl App {
    /// The effective version and what it says.
    ///
    /// # Errors
    /// Not found, with a notice, when there is none that readers get.
    pub async fn effective(&self, article: &Article) -> Result<(Effective, Content), AppError> {
        let notice = match article.standing {
            Standing::Suspended => "this article was unpublished; it is being looked at",
            Standing::Retired => "this article was retired",
            Standing::Draft | Standing::Effective => "this article has no approved version yet",
        };
        let missing = AppError::NotEffective(notice);
        let Some(effective) = article.readable() else {
            return Err(missing);
        };
        let revision = self
            .revisions
            .get(effective.revision)
            .await?
            .ok_or(missing)?;
        if revision.hash != effective.hash {
            return Err(RevisionError::Damaged(revision.id).into());
        }
        let content = self.revisions.content(&revision).await?;
        Ok((effective.clone(), content))
    }

    /// The effective text as one Markdown document.
    pub fn effective_markdown(&self, content: &Content) -> String {
        let template = self.templates.get(&content.template);
        let heading = |key: &str| {
            let section = template.and_then(|template| template.section(key));
            section.map_or_else(|| key.to_owned(), |section| section.title.clone())
        };
        let titled: Vec<_> = content
            .sections
            .iter()
            .map(|text| (heading(&text.key), text))
            .collect();
        let sections = titled.iter().map(|(title, text)| (title.as_str(), *text));
        whole_markdown(&content.title, sections)
    }

    /// Sections as safe HTML, by key; wiki links lead to articles that the caller may know of.
    pub async fn html_sections(
        &self,
        caller: &Caller,
        sections: &[SectionText],
    ) -> Result<Vec<(String, String)>, AppError> {
        let mut targets = HashMap::new();
        for title in sections
            .iter()
            .flat_map(|text| article::wiki_titles(&text.markdown))
        {
            if !targets.contains_key(&title) {
                let target = self.link_target(caller, &title).await?;
                targets.insert(title, target);
            }
        }
        let lookup = |title: &str| targets.get(title).cloned().unwrap_or(WikiTarget::Missing);
        let render = |text: &SectionText| {
            (
                text.key.clone(),
                article::render(&text.markdown, &text.key, &lookup),
            )
        };
        Ok(sections.iter().map(render).collect())
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
}
