//! What goes into a pack: its scope, limited to what the exporter may see.

use lectern_article::{Article, Standing};
use lectern_base::{ModuleId, Subject};
use lectern_identity::Archivist;
use lectern_journal::Actor;
use lectern_module::{ArticleScope, Module};

use crate::{Exchange, ExchangeError, ExportScope};

/// What goes into a pack, and who exports it.
pub(crate) struct ExportPlan {
    pub of: &'static str,
    pub name: String,
    pub title: String,
    pub subject: Subject,
    pub modules: Vec<(Module, Vec<Article>)>,
    /// Whether drafts and comments are included.
    pub drafts: bool,
    /// Whether the journal entries about the modules themselves are included.
    pub trails: bool,
    /// Whether these include the entries about people's roles.
    pub rights: bool,
    pub by: Actor,
}

impl ExportPlan {
    /// Returns what is left out, in sentences.
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

impl Exchange {
    /// Plans an export. Without an exporter, it is for the operator, who may see everything.
    ///
    /// # Errors
    /// [`ExchangeError::Nothing`] when nothing is on record.
    pub(crate) async fn plan(
        &self,
        scope: ExportScope,
        by: Option<&Archivist>,
    ) -> Result<ExportPlan, ExchangeError> {
        let drafts = by.is_none_or(Archivist::sees_drafts);
        let (of, subject, modules) = match scope {
            ExportScope::Article(id) => {
                let article = self.articles.get(id).await?;
                let article = article.ok_or(ExchangeError::NotFound("article"))?;
                let module = self.module(article.module).await?;
                let subject = Subject::article(id);
                ("article", subject, vec![(module, vec![article])])
            }
            ExportScope::Module(id) => {
                let module = self.module(id).await?;
                let articles = self.in_order(&module).await?;
                ("module", Subject::module(id), vec![(module, articles)])
            }
            ExportScope::All => {
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
            return Err(ExchangeError::NotFound("module"));
        }
        let (name, title) = match (&scope, modules.first()) {
            (ExportScope::Article(_), Some((_, articles))) => {
                let article = &articles[0];
                let now = article.effective.as_ref().map(|now| &now.title);
                (article.slug.clone(), now.unwrap_or(&article.title).clone())
            }
            (ExportScope::Module(_), Some((module, _))) => {
                (module.slug.clone(), module.title.clone())
            }
            _ => ("everything".to_owned(), self.identity.organisation().await?),
        };
        Ok(ExportPlan {
            of,
            name,
            title,
            subject,
            modules: self.on_record(modules, drafts).await?,
            drafts,
            trails: !matches!(scope, ExportScope::Article(_)),
            rights: by.is_none_or(Archivist::audits),
            by: by.map_or(Actor::System, |by| by.person().id.into()),
        })
    }

    async fn module(&self, id: ModuleId) -> Result<Module, ExchangeError> {
        let module = self.modules.get(id).await?;
        module.ok_or(ExchangeError::NotFound("module"))
    }

    async fn in_order(&self, module: &Module) -> Result<Vec<Article>, ExchangeError> {
        let ids = self
            .modules
            .articles_in_order(module.id, ArticleScope::All)
            .await?;
        Ok(self.articles.all_with(&ids).await?)
    }

    /// Keeps only the articles that have something on record and may be seen.
    async fn on_record(
        &self,
        mut modules: Vec<(Module, Vec<Article>)>,
        drafts: bool,
    ) -> Result<Vec<(Module, Vec<Article>)>, ExchangeError> {
        for (module, articles) in &mut modules {
            let mut on_record = Vec::new();
            for article in articles.drain(..) {
                let visible = drafts || article.standing != Standing::Draft;
                if visible && !self.reviews.of_article(article.id).await?.is_empty() {
                    on_record.push(article);
                }
            }
            module.order = on_record.iter().map(|article| article.id).collect();
            *articles = on_record;
        }
        match modules.iter().all(|(_, articles)| articles.is_empty()) {
            true => Err(ExchangeError::Nothing),
            false => Ok(modules),
        }
    }
}
