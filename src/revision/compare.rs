//! Comparing revisions with each other, and the draft with one of them.

use lectern_article::Article;
use lectern_base::{ArticleId, RevisionId};
use lectern_template::TemplateRef;

use super::diff::{Extent, SectionDiff, diff, files};
use super::{Content, Revision, RevisionError, Revisions};

impl Revisions {
    /// Compares two revisions of an article, part by part.
    pub async fn diff(
        &self,
        older: &Revision,
        newer: &Revision,
    ) -> Result<Vec<SectionDiff>, RevisionError> {
        if older.article != newer.article {
            return Err(RevisionError::NotFound);
        }
        let older = self.content(older).await?;
        let content = self.content(newer).await?;
        self.between(newer.article, &newer.template, &older, &content)
            .await
    }

    /// Compares a revision with the one before it that readers had, or with nothing.
    pub async fn diff_since(
        &self,
        base: Option<RevisionId>,
        newer: &Revision,
    ) -> Result<Vec<SectionDiff>, RevisionError> {
        if let Some(base) = base {
            let base = self.get(base).await?.ok_or(RevisionError::NotFound)?;
            return self.diff(&base, newer).await;
        }
        let content = self.content(newer).await?;
        let nothing = Content::nothing(&content);
        self.between(newer.article, &newer.template, &nothing, &content)
            .await
    }

    /// Measures how a revision differs from another, or from nothing; two texts that never change
    /// are compared once.
    pub async fn extent_since(
        &self,
        base: Option<RevisionId>,
        newer: &Revision,
    ) -> Result<Extent, RevisionError> {
        let pair = (base, newer.id);
        if let Some(known) = self.extents.get(pair) {
            return Ok(known);
        }
        let diffs = self.diff_since(base, newer).await?;
        // Thousands of paragraphs take a while, in which the others of this thread would wait.
        let measured = tokio::task::spawn_blocking(move || Extent::of(&diffs)).await;
        let extent = measured.map_err(RevisionError::Unmeasured)?;
        self.extents.keep(pair, extent);
        Ok(extent)
    }

    /// Measures how far the draft has moved on from a revision.
    pub async fn ahead(
        &self,
        article: &Article,
        revision: &Revision,
    ) -> Result<Extent, RevisionError> {
        if self.rooms.position(article.id).await? == revision.position {
            return Ok(Extent::default());
        }
        let older = self.content(revision).await?;
        let draft = self.draft(article).await?;
        let now = self.frozen(article, &draft, &[]).await?;
        if older.says_the_same(&now) {
            return Ok(Extent::default());
        }
        let diffs = self.between(article.id, &article.template, &older, &now);
        Ok(Extent::of(&diffs.await?))
    }

    async fn between(
        &self,
        article: ArticleId,
        template: &TemplateRef,
        older: &Content,
        newer: &Content,
    ) -> Result<Vec<SectionDiff>, RevisionError> {
        let mut diffs = diff(older, newer, self.template_named(template)?);
        if older.attachments != newer.attachments {
            let known = self.shelf.of_article(article).await?;
            let names = known.into_iter().map(|file| (file.hash, file.name));
            let first = diffs.iter().position(|diff| diff.is_section);
            let place = first.unwrap_or(diffs.len());
            diffs.insert(place, files(older, newer, &names.collect()));
        }
        Ok(diffs)
    }
}
