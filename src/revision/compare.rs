//! Compares revisions with each other, and the draft with a revision.

use lectern_article::Article;
use lectern_base::{ArticleId, RevisionId};
use lectern_template::TemplateRef;

use super::diff::{DiffSummary, SectionDiff, diff, files};
use super::{Content, Revision, RevisionError, Revisions};

impl Revisions {
    /// Compares two revisions of an article, section by section.
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

    /// Compares a revision with an earlier one, or with empty content.
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
        let nothing = Content::empty_like(&content);
        self.between(newer.article, &newer.template, &nothing, &content)
            .await
    }

    /// Summarises how a revision differs from an earlier one, or from empty content. Revisions are
    /// immutable, so results are cached.
    pub async fn summary_since(
        &self,
        base: Option<RevisionId>,
        newer: &Revision,
    ) -> Result<DiffSummary, RevisionError> {
        let pair = (base, newer.id);
        if let Some(known) = self.diff_cache.get(pair) {
            return Ok(known);
        }
        let diffs = self.diff_since(base, newer).await?;
        let summary = self.summarise(diffs).await?;
        self.diff_cache.keep(pair, summary);
        Ok(summary)
    }

    /// Summarises how the draft differs from a revision.
    pub async fn ahead(
        &self,
        article: &Article,
        revision: &Revision,
    ) -> Result<DiffSummary, RevisionError> {
        if self.rooms.position(article.id).await? == revision.position {
            return Ok(DiffSummary::default());
        }
        let older = self.content(revision).await?;
        let draft = self.draft(article).await?;
        let now = self.freeze(article, &draft, &[]).await?;
        if older.has_same_text(&now) {
            return Ok(DiffSummary::default());
        }
        let diffs = self.between(article.id, &article.template, &older, &now);
        self.summarise(diffs.await?).await
    }

    async fn summarise(&self, diffs: Vec<SectionDiff>) -> Result<DiffSummary, RevisionError> {
        let texts = diffs.iter();
        let size = texts.map(|diff| diff.older.len() + diff.newer.len()).sum();
        let summary = self.pool.run(size, move || DiffSummary::of(&diffs));
        Ok(summary.await?)
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
            let known = self.attachments.of_article(article).await?;
            let names = known.into_iter().map(|file| (file.hash, file.name));
            let first = diffs.iter().position(|diff| diff.is_section);
            let place = first.unwrap_or(diffs.len());
            diffs.insert(place, files(older, newer, &names.collect()));
        }
        Ok(diffs)
    }
}
