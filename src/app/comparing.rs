//! What changed, as readers of the changes see it: safe HTML with links that lead somewhere.

use lectern_article::Article;
use lectern_document::{self as document, DiffSegment, SectionText};
use lectern_identity::Caller;
use lectern_reading::Acknowledgement;
use lectern_review::{Review, Version};
use lectern_revision::{DiffSummary, SectionDiff};

use super::{App, AppError};

/// A section as it is shown to those who look at what changed.
#[derive(Debug, Clone)]
pub struct ComparedSection {
    /// Both texts.
    pub diff: SectionDiff,
    /// Both in one, part by part.
    pub parts: Vec<DiffSegment>,
}

/// What changed for readers between two versions.
#[derive(Debug, Clone)]
pub struct VersionChanges {
    /// The version that the reader acknowledged.
    pub older: Version,
    /// How they did.
    pub acknowledged: Acknowledgement,
    /// The version that is effective.
    pub newer: Version,
    /// What differs.
    pub sections: Vec<ComparedSection>,
}

impl App {
    /// Shows what changed in the effective version since an earlier one that the caller
    /// acknowledged. Any other earlier version is as good as missing, for whoever may only read.
    ///
    /// # Errors
    /// Not found where there is no such version, or it was taken back and nobody is to read it.
    pub async fn changes_to_readers(
        &self,
        caller: &Caller,
        article: &Article,
        since: u32,
    ) -> Result<VersionChanges, AppError> {
        let missing = AppError::NotFound("version");
        let given = self.readings.acknowledgements(article.id).await?;
        let theirs = |one: &Acknowledgement| one.person == caller.id() && one.version == since;
        let Some(acknowledged) = given.into_iter().find(theirs) else {
            return Err(missing);
        };
        let found = self.reviews.since_version(article, since).await?;
        let (older, newer) = found.ok_or(missing)?;
        let diffs = self.reviews.changes_between(&older, &newer).await?;
        Ok(VersionChanges {
            sections: self.compared(caller, diffs, true).await?,
            older,
            acknowledged,
            newer,
        })
    }

    /// Shows sections with what changed in them; `marked` says whether the older texts matter.
    pub async fn compared(
        &self,
        caller: &Caller,
        diffs: Vec<SectionDiff>,
        marked: bool,
    ) -> Result<Vec<ComparedSection>, AppError> {
        let text = |markdown: &String| SectionText {
            key: String::new(),
            markdown: markdown.clone(),
        };
        let texts = diffs.iter().flat_map(|diff| [&diff.older, &diff.newer]);
        let texts: Vec<_> = texts.map(text).collect();
        let lookup = self.link_targets(caller, &texts).await?;
        let shown = |diff: SectionDiff| ComparedSection {
            parts: match marked {
                true => document::compare(&diff.older, &diff.newer, &diff.key, &lookup),
                false => document::segments(&diff.newer, &diff.key, &lookup),
            },
            diff,
        };
        Ok(diffs.into_iter().map(shown).collect())
    }

    /// Measures how far the draft has moved on from the text under review.
    pub async fn ahead(&self, article: &Article, review: &Review) -> Result<DiffSummary, AppError> {
        let revision = self.reviews.candidate_revision(review).await?;
        Ok(self.revisions.ahead(article, &revision).await?)
    }
}
