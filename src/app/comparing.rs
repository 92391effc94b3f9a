//! What changed, as readers of the changes see it: safe HTML with links that lead somewhere.

use crate::article::{self, Article, Part, SectionText};
use crate::identity::Caller;
use crate::review::Review;
use crate::revision::{Extent, SectionDiff};

use super::{App, AppError};

/// A section as it is shown to those who look at what changed.
#[derive(Debug, Clone)]
pub struct ComparedSection {
    /// Both texts.
    pub diff: SectionDiff,
    /// Both in one, part by part.
    pub parts: Vec<Part>,
}

impl App {
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
                true => article::compare(&diff.older, &diff.newer, &diff.key, &lookup),
                false => article::in_parts(&diff.newer, &diff.key, &lookup),
            },
            diff,
        };
        Ok(diffs.into_iter().map(shown).collect())
    }

    /// Measures how far the draft has moved on from the text under review.
    pub async fn ahead(&self, article: &Article, review: &Review) -> Result<Extent, AppError> {
        let revision = self.reviews.candidate_revision(review).await?;
        Ok(self.revisions.ahead(article, &revision).await?)
    }
}
