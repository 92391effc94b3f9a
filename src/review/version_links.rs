//! The links of approved texts: bound to articles when a version is made, so that they lead to the
//! same article under whatever title it has later.

use lectern_article::links::{LinkBindings, TextKind};
use lectern_article::{self as article, Article};
use lectern_base::{ArticleId, RevisionId};
use lectern_module::{Module, Visibility};
use lectern_revision::Content;
use lectern_store::{Batch, Table};

use super::error::ReviewError;
use super::reviews::Reviews;
use super::version::Version;

/// The links of each version.
const VERSION_LINKS: Table<(ArticleId, u32), LinkBindings> = Table::new("version_links");
/// Under [`EARLIER`]: whether the links of versions from earlier releases are bound.
const DONE: Table<String, bool> = Table::new("version_links_done");
const EARLIER: &str = "earlier";

impl Reviews {
    /// Returns the links of the version that a revision became, and otherwise of the current
    /// version: a draft links to what readers reach, as long as it keeps the title of the link.
    pub async fn links_of(
        &self,
        article: &Article,
        revision: Option<RevisionId>,
    ) -> Result<LinkBindings, ReviewError> {
        let current = article.effective.as_ref();
        let version = match revision {
            Some(id) if current.is_none_or(|now| now.revision != id) => {
                let versions = self.versions(article.id).await?;
                versions.into_iter().find(|version| version.revision == id)
            }
            _ => None,
        };
        let number = version.map(|version| version.number);
        match number.or(current.map(|now| now.version)) {
            Some(number) => self.version_links(article.id, number).await,
            None => Ok(LinkBindings::default()),
        }
    }

    /// Returns the links of a version.
    pub async fn version_links(
        &self,
        article: ArticleId,
        number: u32,
    ) -> Result<LinkBindings, ReviewError> {
        let found = VERSION_LINKS.get(&self.store, &(article, number)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Binds the links of a new version; `article` is its article as it was before. Links to titles
    /// that the version before links to keep their articles. Wanted links of other articles to the
    /// title of the version are bound to it.
    pub(super) async fn bind_links(
        &self,
        batch: &mut Batch,
        article: &Article,
        version: &Version,
        content: &Content,
    ) -> Result<(), ReviewError> {
        let before = self.links_of(article, None).await?;
        let links = self.articles.bind_links(&content.links(), &before).await?;
        VERSION_LINKS.insert(batch, &(article.id, version.number), &links);
        let text = Some((content.title.as_str(), &links));
        self.articles
            .put_links(batch, article.id, TextKind::Effective, text)
            .await?;
        let module = self.module_of(article).await?;
        for source in self.articles.wanting(&content.title).await? {
            if source != article.id {
                self.bind_wanted(batch, source, &content.title, article, &module)
                    .await?;
            }
        }
        Ok(())
    }

    /// Binds the wanted link to `title` in the current version of `source`, unless the readers of
    /// `source` may not know of `article`.
    async fn bind_wanted(
        &self,
        batch: &mut Batch,
        source: ArticleId,
        title: &str,
        article: &Article,
        module: &Module,
    ) -> Result<(), ReviewError> {
        let Some(source) = self.articles.get(source).await? else {
            return Ok(());
        };
        let known = module.visibility == Visibility::Open || source.module == module.id;
        let Some(current) = source.effective.as_ref().filter(|_| known) else {
            return Ok(());
        };
        let key = (source.id, current.version);
        let Some(found) = VERSION_LINKS.get_versioned(&self.store, &key).await? else {
            return Ok(());
        };
        let mut links = found.value.clone();
        if links.bind(title, article.id) {
            VERSION_LINKS.put_expecting(batch, &key, &links, &found);
            self.articles
                .put_found_link(batch, source.id, title, article.id)
                .await?;
        }
        Ok(())
    }

    /// Puts the links of a version from another server into `batch`.
    pub(super) fn adopt_links(&self, batch: &mut Batch, version: &Version, links: &LinkBindings) {
        VERSION_LINKS.insert(batch, &(version.article, version.number), links);
    }

    /// Binds the links of versions from before links were bound to the articles that they lead to
    /// now, once; returns the number of versions.
    ///
    /// Titles of earlier versions are recorded first, so that a link that a change of title has
    /// broken is mended unless another article has that title by now.
    pub async fn bind_earlier_versions(&self) -> Result<usize, ReviewError> {
        if DONE.contains(&self.store, &EARLIER.to_owned()).await? {
            return Ok(0);
        }
        let articles = article::all(&self.store).await?;
        for article in &articles {
            let versions = self.versions(article.id).await?;
            let titles: Vec<_> = versions.into_iter().map(|version| version.title).collect();
            if !titles.is_empty() {
                let mut batch = Batch::new();
                self.articles
                    .put_former_titles(&mut batch, article.id, &titles)
                    .await?;
                self.store.commit(batch).await?;
            }
        }
        let mut bound = 0;
        for article in &articles {
            for version in self.versions(article.id).await? {
                bound += usize::from(self.bind_earlier(article, &version).await?);
            }
        }
        let mut batch = Batch::new();
        DONE.put(&mut batch, &EARLIER.to_owned(), &true);
        self.store.commit(batch).await?;
        Ok(bound)
    }

    /// Binds the links of one version; tells whether they were not. A damaged text has no links.
    async fn bind_earlier(
        &self,
        article: &Article,
        version: &Version,
    ) -> Result<bool, ReviewError> {
        let key = (article.id, version.number);
        if VERSION_LINKS.contains(&self.store, &key).await? {
            return Ok(false);
        }
        let Some(revision) = self.revisions.get(version.revision).await? else {
            return Ok(false);
        };
        let Ok(content) = self.revisions.content(&revision).await else {
            return Ok(false);
        };
        let none = LinkBindings::default();
        let links = self.articles.bind_links(&content.links(), &none).await?;
        let mut batch = Batch::new();
        VERSION_LINKS.insert(&mut batch, &key, &links);
        if article.readable().map(|now| now.version) == Some(version.number) {
            let text = Some((content.title.as_str(), &links));
            self.articles
                .put_links(&mut batch, article.id, TextKind::Effective, text)
                .await?;
        }
        self.store.commit(batch).await?;
        Ok(true)
    }
}
