//! The sample module with three drafts, which people can add and remove.

use lectern_article::NewArticle;
use lectern_article::links::TextKind;
use lectern_identity::{Admin, Author, Caller};
use lectern_module::{ArticleScope, Control, Module, ModuleError, NewModule, Visibility};

use crate::{App, AppError};

/// The sample articles: each names its template and title, then its sections by key.
const ARTICLES: [&str; 3] = [
    include_str!("sample/spaced-practice.md"),
    include_str!("sample/first-month.md"),
    include_str!("sample/first-workshop.md"),
];

/// A sample article.
#[derive(Debug, PartialEq, Eq)]
struct SampleArticle<'t> {
    template: &'t str,
    title: &'t str,
    sections: Vec<(&'t str, String)>,
}

impl App {
    /// Adds the sample module, with the caller as the author of its drafts, or returns the
    /// existing one.
    ///
    /// # Errors
    /// Among others, when the caller may not create modules.
    pub async fn add_sample(&self, caller: &Caller) -> Result<Module, AppError> {
        let founder = caller.founder()?;
        if let Some(present) = self.sample().await? {
            return Ok(present);
        }
        let new = NewModule {
            title: "Sample: learning to teach".to_owned(),
            purpose: "Three drafts to explore. Change them, comment on them, request a review. An \
                      administrator can remove the module from the home page."
                .to_owned(),
            visibility: Visibility::Open,
            control: Control::Informal,
            learners: Default::default(),
        };
        let module = self.modules.create_sample(&founder, new).await?;
        let author = caller.author(&module.place())?;
        for text in ARTICLES {
            self.add_sample_article(&author, &parse(text)).await?;
        }
        Ok(module)
    }

    /// Removes the sample module and its articles.
    ///
    /// # Errors
    /// [`AppError::SampleLinked`] while an approved text of another module links to one of them.
    pub async fn remove_sample(&self, by: &Admin) -> Result<(), AppError> {
        let module = self.sample().await?.ok_or(ModuleError::NoSample)?;
        let scope = ArticleScope::All;
        for id in self.modules.articles_in_order(module.id, scope).await? {
            let Some(article) = self.articles.get(id).await? else {
                continue;
            };
            let kind = TextKind::Effective;
            for linking in self.articles.backlinks(&article, kind).await? {
                let linking = self.articles.get(linking).await?;
                if linking.is_some_and(|other| other.module != module.id) {
                    return Err(AppError::SampleLinked);
                }
            }
        }
        Ok(self.modules.remove_sample(by).await?)
    }

    async fn sample(&self) -> Result<Option<Module>, AppError> {
        Ok(self.modules.sample().await?)
    }

    async fn add_sample_article(
        &self,
        author: &Author,
        sample: &SampleArticle<'_>,
    ) -> Result<(), AppError> {
        let template = self.templates.named(sample.template)?;
        let new = NewArticle {
            title: sample.title.to_owned(),
        };
        let article = self.articles.create(author, template, new).await?;
        for (key, text) in &sample.sections {
            self.drafts
                .write_section(author, &article, key, text)
                .await?;
        }
        Ok(())
    }
}

/// Reads a sample article.
fn parse(text: &str) -> SampleArticle<'_> {
    let mut lines = text.lines();
    let template = lines
        .next()
        .and_then(|line| line.strip_prefix("template: "));
    let title = lines.next().and_then(|line| line.strip_prefix("# "));
    let mut sections: Vec<(&str, String)> = Vec::new();
    for line in lines {
        if let Some(key) = line.strip_prefix("## ") {
            sections.push((key, String::new()));
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    SampleArticle {
        template: template.unwrap_or_default(),
        title: title.unwrap_or_default(),
        sections,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_template::{SectionKind, Templates};

    #[test]
    fn every_sample_fills_the_required_sections_of_its_template() {
        let templates = Templates::embedded().unwrap();
        for text in ARTICLES {
            let sample = parse(text);
            let template = templates.named(sample.template).unwrap();
            assert!(!sample.title.is_empty());
            for (key, text) in &sample.sections {
                assert!(template.section(key).is_some(), "{}: {key}", sample.title);
                assert!(!text.trim().is_empty(), "{}: {key}", sample.title);
            }
            let required = template.sections.iter().filter(|section| section.required);
            for section in required.filter(|section| section.kind != SectionKind::Fixed) {
                let filled = sample.sections.iter().any(|(key, _)| *key == section.key);
                assert!(filled, "{}: {}", sample.title, section.key);
            }
        }
    }
}
