//! Opens things by id or slug for a caller who may know of them.

use std::sync::Arc;

use lectern_article::{Article, Articles, AttachmentStore, Standing};
use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, RevisionId, ThreadId};
use lectern_identity::{Appointer, Approver, Caller, Identity, Person, Place};
use lectern_module::{Module, Modules};
use lectern_review::{Review, ReviewError, Reviews, UnderReview};
use lectern_revision::{Revision, Revisions};
use lectern_search::Search;
use lectern_social::{NewComment, SocialError, Thread, Threads};

use crate::AccessError;

/// An article whose module the caller may read.
#[derive(Debug, Clone)]
pub struct OpenedArticle {
    /// The article.
    pub article: Article,
    /// Its module.
    pub module: Module,
    /// The place that permission checks need.
    pub place: Place,
}

/// A module that the caller may read.
#[derive(Debug, Clone)]
pub struct OpenedModule {
    /// The module.
    pub module: Module,
    /// The place that permission checks need.
    pub place: Place,
}

/// A review that the caller may decide on.
#[derive(Debug)]
pub struct DecidableReview {
    /// The right to decide.
    pub approver: Approver,
    /// The review and its article, read in one go.
    pub under: UnderReview,
    /// The place that permission checks need.
    pub place: Place,
}

impl DecidableReview {
    /// Returns the review.
    pub fn review(&self) -> &Review {
        self.under.review()
    }
}

/// Opens what a caller may know of.
pub struct Access {
    /// People and what they may do.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their attachments.
    pub shelf: Arc<AttachmentStore>,
    /// Their revisions.
    pub revisions: Arc<Revisions>,
    /// Their reviews.
    pub reviews: Arc<Reviews>,
    /// Comments on their drafts.
    pub threads: Arc<Threads>,
    /// The full-text index.
    pub search: Arc<Search>,
}

impl Access {
    /// Opens a module.
    ///
    /// # Errors
    /// Not found, also when the caller may not know of it.
    pub async fn open_module(
        &self,
        caller: &Caller,
        id: ModuleId,
    ) -> Result<OpenedModule, AccessError> {
        let found = self.modules.get(id).await?;
        self.admit_to_module(caller, found)
    }

    /// Opens a module by its slug.
    pub async fn open_module_at(
        &self,
        caller: &Caller,
        slug: &str,
    ) -> Result<OpenedModule, AccessError> {
        let found = self.modules.by_slug(slug).await?;
        self.admit_to_module(caller, found)
    }

    fn admit_to_module(
        &self,
        caller: &Caller,
        found: Option<Module>,
    ) -> Result<OpenedModule, AccessError> {
        let module = found.ok_or(AccessError::NotFound("module"))?;
        let place = module.place();
        caller
            .reader(&place)
            .map_err(|_| AccessError::NotFound("module"))?;
        Ok(OpenedModule { module, place })
    }

    /// Opens an article.
    ///
    /// Only people who may write an article know of it before its first version is effective.
    ///
    /// # Errors
    /// Not found, also when the caller may not know of it.
    pub async fn open_article(
        &self,
        caller: &Caller,
        id: ArticleId,
    ) -> Result<OpenedArticle, AccessError> {
        let found = self.articles.get(id).await?;
        self.admit_to_article(caller, found).await
    }

    /// Opens an article by its slug.
    pub async fn open_article_at(
        &self,
        caller: &Caller,
        slug: &str,
    ) -> Result<OpenedArticle, AccessError> {
        let found = self.articles.by_slug(slug).await?;
        self.admit_to_article(caller, found).await
    }

    async fn admit_to_article(
        &self,
        caller: &Caller,
        found: Option<Article>,
    ) -> Result<OpenedArticle, AccessError> {
        let missing = AccessError::NotFound("article");
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
        Ok(OpenedArticle {
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
    ) -> Result<(Revision, OpenedArticle), AccessError> {
        let found = self.revisions.get(id).await?;
        let revision = found.ok_or(AccessError::NotFound("revision"))?;
        let opened = self.open_article(caller, revision.article).await;
        let opened = opened.map_err(|_| AccessError::NotFound("revision"))?;
        caller.editor(&opened.place)?;
        Ok((revision, opened))
    }

    /// Opens a review for a caller who may write its article.
    pub async fn open_review(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<(Review, OpenedArticle), AccessError> {
        let found = self.reviews.get(id).await?;
        let review = found.ok_or(AccessError::NotFound("review"))?;
        let opened = self.open_article(caller, review.article).await;
        let opened = opened.map_err(|_| AccessError::NotFound("review"))?;
        caller.editor(&opened.place)?;
        Ok((review, opened))
    }

    /// Opens a review for a caller who decides on it by their own right, or by that of
    /// `on_behalf_of`.
    ///
    /// # Errors
    /// Not found, also when the caller may not know of it; that of `identity` when they have no
    /// such right.
    pub async fn open_to_decide(
        &self,
        caller: &Caller,
        id: ReviewId,
        on_behalf_of: Option<PersonId>,
    ) -> Result<DecidableReview, AccessError> {
        let missing = || AccessError::NotFound("review");
        let under = match self.reviews.under_review(id).await {
            Err(ReviewError::NotFound | ReviewError::NoArticle) => return Err(missing()),
            found => found?,
        };
        let article = under.article().clone();
        let opened = self.admit_to_article(caller, Some(article)).await;
        let place = opened.map_err(|_| missing())?.place;
        caller.editor(&place)?;
        let approver = self.identity.approver(caller, &place, on_behalf_of).await?;
        Ok(DecidableReview {
            approver,
            under,
            place,
        })
    }

    /// Proves that a caller may name a substitute in a review.
    ///
    /// # Errors
    /// Not found, also when the caller may not know of it; that of `identity` when they have no
    /// such right.
    pub async fn open_to_appoint(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<Appointer, AccessError> {
        let missing = || AccessError::NotFound("review");
        let review = self.reviews.get(id).await?.ok_or_else(missing)?;
        let module = self.modules.get(review.module).await?;
        let place = module.ok_or_else(missing)?.place();
        // Others than writers may know of a review only while somebody is missing in it.
        let known =
            caller.editor(&place).is_ok() || (review.is_open() && !review.missing.is_empty());
        match caller.appointer(&place) {
            Ok(appointer) if known => Ok(appointer),
            Ok(_) => Err(missing()),
            Err(denied) => {
                self.open_review(caller, id).await?;
                Err(denied.into())
            }
        }
    }

    /// Opens a thread for a caller who may write its article.
    pub async fn open_thread(
        &self,
        caller: &Caller,
        id: ThreadId,
    ) -> Result<(Thread, OpenedArticle), AccessError> {
        let found = self.threads.get(id).await?;
        let thread = found.ok_or(AccessError::NotFound("thread"))?;
        let opened = self.open_article(caller, thread.article).await;
        let opened = opened.map_err(|_| AccessError::NotFound("thread"))?;
        let unknown = |_| AccessError::NotFound("thread");
        caller.editor(&opened.place).map_err(unknown)?;
        Ok((thread, opened))
    }

    /// Refuses a comment that mentions somebody who cannot read it.
    pub async fn check_mentions(
        &self,
        place: &Place,
        remark: &NewComment,
    ) -> Result<(), AccessError> {
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

    /// Returns the people who may write in `place` and whose name has a word that begins with
    /// `prefix`, sorted by name; at most `limit`.
    pub async fn writers_named(
        &self,
        place: &Place,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<Person>, AccessError> {
        let prefix = prefix.trim().to_lowercase();
        let mut found = self.identity.editors_of(place).await?;
        found.retain(|person| {
            let name = person.name.to_lowercase();
            name.starts_with(&prefix)
                || name
                    .split_whitespace()
                    .any(|word| word.starts_with(&prefix))
        });
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found.truncate(limit);
        Ok(found)
    }
}
