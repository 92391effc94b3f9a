//! From an id to the thing itself, for a caller who may know of it.

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, ModuleId, ReviewId, RevisionId, ThreadId};
use lectern_identity::{Caller, Person, Place};
use lectern_module::Module;
use lectern_review::Review;
use lectern_revision::Revision;
use lectern_social::{NewComment, SocialError, Thread};

use super::{App, AppError};

/// An article whose module the caller may read.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The article.
    pub article: Article,
    /// Its module.
    pub module: Module,
    /// Where permission is asked.
    pub place: Place,
}

/// A module that the caller may read.
#[derive(Debug, Clone)]
pub struct OpenedModule {
    /// The module.
    pub module: Module,
    /// Where permission is asked.
    pub place: Place,
}

impl App {
    /// Opens a module for a caller; one that may not be known is not found.
    pub async fn open_module(
        &self,
        caller: &Caller,
        id: ModuleId,
    ) -> Result<OpenedModule, AppError> {
        let found = self.modules.get(id).await?;
        self.let_in(caller, found)
    }

    /// Opens a module by its name in addresses.
    pub async fn open_module_at(
        &self,
        caller: &Caller,
        slug: &str,
    ) -> Result<OpenedModule, AppError> {
        let found = self.modules.by_slug(slug).await?;
        self.let_in(caller, found)
    }

    fn let_in(&self, caller: &Caller, found: Option<Module>) -> Result<OpenedModule, AppError> {
        let module = found.ok_or(AppError::NotFound("module"))?;
        let place = module.place();
        caller
            .reader(&place)
            .map_err(|_| AppError::NotFound("module"))?;
        Ok(OpenedModule { module, place })
    }

    /// Opens an article for a caller; one that may not be known is not found.
    ///
    /// An article that was never effective is known to those who may write it only.
    pub async fn open_article(&self, caller: &Caller, id: ArticleId) -> Result<Opened, AppError> {
        let found = self.articles.get(id).await?;
        self.let_in_article(caller, found).await
    }

    /// Opens an article by its name in addresses.
    pub async fn open_article_at(&self, caller: &Caller, slug: &str) -> Result<Opened, AppError> {
        let found = self.articles.by_slug(slug).await?;
        self.let_in_article(caller, found).await
    }

    pub(super) async fn let_in_article(
        &self,
        caller: &Caller,
        found: Option<Article>,
    ) -> Result<Opened, AppError> {
        let missing = AppError::NotFound("article");
        let Some(article) = found else {
            return Err(missing);
        };
        let Ok(opened) = self.open_module(caller, article.module).await else {
            return Err(missing);
        };
        let known = article.standing != Standing::Draft || caller.editor(&opened.place).is_ok();
        if !known {
            return Err(missing);
        }
        Ok(Opened {
            article,
            module: opened.module,
            place: opened.place,
        })
    }

    /// Opens a revision for a caller who may write its article.
    pub async fn open_revision(
        &self,
        caller: &Caller,
        id: RevisionId,
    ) -> Result<(Revision, Opened), AppError> {
        let found = self.revisions.get(id).await?;
        let revision = found.ok_or(AppError::NotFound("revision"))?;
        let opened = self.open_article(caller, revision.article).await;
        let opened = opened.map_err(|_| AppError::NotFound("revision"))?;
        caller.editor(&opened.place)?;
        Ok((revision, opened))
    }

    /// Opens a review for a caller who may write its article.
    pub async fn open_review(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<(Review, Opened), AppError> {
        let found = self.reviews.get(id).await?;
        let review = found.ok_or(AppError::NotFound("review"))?;
        let opened = self.open_article(caller, review.article).await;
        let opened = opened.map_err(|_| AppError::NotFound("review"))?;
        caller.editor(&opened.place)?;
        Ok((review, opened))
    }

    /// Opens a thread for a caller who may write its article.
    pub async fn open_thread(
        &self,
        caller: &Caller,
        id: ThreadId,
    ) -> Result<(Thread, Opened), AppError> {
        let found = self.threads.get(id).await?;
        let thread = found.ok_or(AppError::NotFound("thread"))?;
        let opened = self.open_article(caller, thread.article).await;
        let opened = opened.map_err(|_| AppError::NotFound("thread"))?;
        let unknown = |_| AppError::NotFound("thread");
        caller.editor(&opened.place).map_err(unknown)?;
        Ok((thread, opened))
    }

    /// Refuses a remark that speaks to somebody who could not read it.
    pub async fn check_mentions(&self, place: &Place, remark: &NewComment) -> Result<(), AppError> {
        if remark.mentions.is_empty() {
            return Ok(());
        }
        let writers = self.identity.editors_of(place).await?;
        let reads = |id| writers.iter().any(|person| person.id == id);
        if remark.mentions.iter().copied().all(reads) {
            return Ok(());
        }
        let why = "somebody who is mentioned cannot see this article".to_owned();
        let field = "mentions";
        Err(SocialError::Invalid { field, why }.into())
    }

    /// The people who may write in `place` and have a name with a word that begins like `asked`, by
    /// name; at most `limit`.
    pub async fn writers_named(
        &self,
        place: &Place,
        asked: &str,
        limit: usize,
    ) -> Result<Vec<Person>, AppError> {
        let asked = asked.trim().to_lowercase();
        let mut found = self.identity.editors_of(place).await?;
        found.retain(|person| {
            let name = person.name.to_lowercase();
            name.starts_with(&asked) || name.split_whitespace().any(|word| word.starts_with(&asked))
        });
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found.truncate(limit);
        Ok(found)
    }

    /// The articles of a module in order, as far as the caller may know of them.
    pub async fn articles_shown(
        &self,
        caller: &Caller,
        module: &Module,
    ) -> Result<Vec<Article>, AppError> {
        let mut articles = self.articles.in_module(module.id).await?;
        let place = |article: &Article| module.order.iter().position(|id| *id == article.id);
        articles.sort_by_key(|article| place(article).unwrap_or(usize::MAX));
        if caller.editor(&module.place()).is_err() {
            articles.retain(|article| article.standing != Standing::Draft);
        }
        Ok(articles)
    }
}
