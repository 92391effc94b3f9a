//! What goes into a pack, by what was asked for and what whoever asks may see.

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, ModuleId, Subject};
use lectern_identity::Archivist;
use lectern_journal::Actor;
use lectern_module::Module;

use super::PackError;
use crate::{App, AppError};

/// What shall be in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// One article.
    Article(ArticleId),
    /// A module with its articles.
    Module(ModuleId),
    /// Every module.
    All,
}

/// What goes into a pack, and for whom.
pub(super) struct Plan {
    pub of: &'static str,
    pub name: String,
    pub title: String,
    pub subject: Subject,
    pub modules: Vec<(Module, Vec<Article>)>,
    /// Whether drafts and what is said of them may be seen.
    pub drafts: bool,
    /// Whether the modules' own entries are in it, and those about people's rights.
    pub trails: bool,
    pub rights: bool,
    pub by: Actor,
}

impl Plan {
    /// What is not in a pack, in words.
    pub fn left_out(&self) -> Vec<String> {
        let mut words = Vec::new();
        if !self.drafts {
            words.push(
                "Left out: comments, and texts that were under review and not approved. Whoever made \
                 this pack sees no drafts in the module; somebody who does, or whoever runs the \
                 machine, can make one with them."
                    .to_owned(),
            );
        }
        if self.trails && !self.rights {
            words.push(
                "Left out: the entries of the audit trail about people’s roles in the module. An \
                 administrator can make a pack with them."
                    .to_owned(),
            );
        }
        words
    }
}

impl App {
    /// Finds out what goes into a pack; nobody asks where whoever runs the machine does.
    pub(super) async fn plan(
        &self,
        asked: Asked,
        by: Option<&Archivist>,
    ) -> Result<Plan, AppError> {
        let drafts = by.is_none_or(Archivist::sees_drafts);
        let (of, subject, modules) = match asked {
            Asked::Article(id) => {
                let article = self.articles.get(id).await?;
                let article = article.ok_or(AppError::NotFound("article"))?;
                let module = self.module(article.module).await?;
                let subject = Subject::article(id);
                ("article", subject, vec![(module, vec![article])])
            }
            Asked::Module(id) => {
                let module = self.module(id).await?;
                let articles = self.in_order(&module).await?;
                ("module", Subject::module(id), vec![(module, articles)])
            }
            Asked::All => {
                let mut modules = Vec::new();
                for module in self.modules.all().await? {
                    let articles = self.in_order(&module).await?;
                    modules.push((module, articles));
                }
                ("all", Subject::new("organisation", "house"), modules)
            }
        };
        if let Some(by) = by
            && modules.iter().any(|(module, _)| module.id != by.module())
        {
            return Err(AppError::NotFound("module"));
        }
        let (name, title) = match (&asked, modules.first()) {
            (Asked::Article(_), Some((_, articles))) => {
                let article = &articles[0];
                let now = article.effective.as_ref().map(|now| &now.title);
                (article.slug.clone(), now.unwrap_or(&article.title).clone())
            }
            (Asked::Module(_), Some((module, _))) => (module.slug.clone(), module.title.clone()),
            _ => ("everything".to_owned(), self.identity.organisation().await?),
        };
        Ok(Plan {
            of,
            name,
            title,
            subject,
            modules: self.on_record(modules, drafts).await?,
            drafts,
            trails: !matches!(asked, Asked::Article(_)),
            rights: by.is_none_or(Archivist::audits),
            by: by.map_or(Actor::System, |by| by.person().id.into()),
        })
    }

    async fn module(&self, id: ModuleId) -> Result<Module, AppError> {
        let module = self.modules.get(id).await?;
        module.ok_or(AppError::NotFound("module"))
    }

    async fn in_order(&self, module: &Module) -> Result<Vec<Article>, AppError> {
        let mut articles = self.articles.in_module(module.id).await?;
        let place = |article: &Article| module.order.iter().position(|id| *id == article.id);
        articles.sort_by_key(|article| place(article).unwrap_or(usize::MAX));
        Ok(articles)
    }

    /// Leaves the articles of which something is on record that may be seen.
    async fn on_record(
        &self,
        mut modules: Vec<(Module, Vec<Article>)>,
        drafts: bool,
    ) -> Result<Vec<(Module, Vec<Article>)>, AppError> {
        for (module, articles) in &mut modules {
            let mut kept = Vec::new();
            for article in articles.drain(..) {
                let known = drafts || article.standing != Standing::Draft;
                if known && !self.reviews.of_article(article.id).await?.is_empty() {
                    kept.push(article);
                }
            }
            module.order = kept.iter().map(|article| article.id).collect();
            *articles = kept;
        }
        match modules.iter().all(|(_, articles)| articles.is_empty()) {
            true => Err(PackError::Nothing.into()),
            false => Ok(modules),
        }
    }
}
