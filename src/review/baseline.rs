//! What a reviewer compares a candidate with.

use lectern_article::Article;
use lectern_base::{PersonId, RevisionId};
use lectern_document::section_plain_text;
use lectern_revision::{Content, DiffSummary, Revision, SectionDiff};

use super::error::ReviewError;
use super::review::Review;
use super::reviews::Reviews;
use super::version::Version;

/// Since when a reviewer wants to see what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Since)]
pub enum Baseline {
    /// The last decision of whoever asks, on an earlier candidate of the article.
    Mine,
    /// The version that was effective when the review was requested.
    Effective,
    /// The beginning: the whole text.
    Beginning,
}

impl Baseline {
    /// Returns the word that addresses use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Effective => "effective",
            Self::Beginning => "beginning",
        }
    }

    /// Returns the baseline of that name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Mine, Self::Effective, Self::Beginning];
        all.into_iter().find(|since| since.word() == name)
    }
}

/// The baselines that a text under review can be compared with, for one person.
#[derive(Debug, Clone, Default)]
pub struct Baselines {
    /// The review that they decided on last before.
    pub mine: Option<Review>,
    /// The version that was effective when the review was requested.
    pub effective: Option<Version>,
}

impl Baselines {
    /// Tells whether there is such a baseline.
    pub fn has(&self, since: Baseline) -> bool {
        match since {
            Baseline::Mine => self.mine.is_some(),
            Baseline::Effective => self.effective.is_some(),
            Baseline::Beginning => true,
        }
    }

    /// Returns the revision of a baseline, if there is one.
    fn base(&self, since: Baseline) -> Option<RevisionId> {
        match since {
            Baseline::Mine => self.mine.as_ref().map(|mine| mine.revision),
            Baseline::Effective => self.effective.as_ref().map(|version| version.revision),
            Baseline::Beginning => None,
        }
    }

    /// Returns the baseline that leaves the least to read.
    pub fn best(&self) -> Baseline {
        let all = [Baseline::Mine, Baseline::Effective];
        let best = all.into_iter().find(|since| self.has(*since));
        best.unwrap_or(Baseline::Beginning)
    }
}

impl Reviews {
    /// Returns the baselines of a review for one person.
    pub async fn baselines(
        &self,
        review: &Review,
        person: PersonId,
    ) -> Result<Baselines, ReviewError> {
        let mut versions = self.versions(review.article).await?.into_iter();
        let effective = versions.find(|version| Some(version.revision) == review.base);
        let earlier = self.of_article(review.article).await?.into_iter();
        let mine = earlier
            .filter(|other| other.id < review.id)
            .find(|other| other.decision_of(person).is_some())
            // What they approved last may be the effective version: that is one baseline, not two.
            .filter(|mine| Some(mine.revision) != review.base);
        Ok(Baselines { mine, effective })
    }

    /// Returns how the text under review differs from one of its baselines, section by section.
    ///
    /// # Errors
    /// [`ReviewError::NothingSince`] when there is no such baseline.
    pub async fn changes_since(
        &self,
        review: &Review,
        grounds: &Baselines,
        since: Baseline,
    ) -> Result<Vec<SectionDiff>, ReviewError> {
        let base = grounds.base(since);
        if base.is_none() && since != Baseline::Beginning {
            return Err(ReviewError::NothingSince);
        }
        let revision = self.candidate_revision(review).await?;
        Ok(self.revisions.diff_since(base, &revision).await?)
    }

    /// Returns version `since` and the effective one, to be compared by readers; `None` if it is not
    /// an earlier version, or was withdrawn.
    pub async fn since_version(
        &self,
        article: &Article,
        since: u32,
    ) -> Result<Option<(Version, Version)>, ReviewError> {
        let Some(now) = article.readable() else {
            return Ok(None);
        };
        let versions = self.versions(article.id).await?;
        let of = |number| versions.iter().find(|version| version.number == number);
        let older = of(since).filter(|older| older.withdrawn_at.is_none());
        let pair = older.zip(of(now.version));
        let pair = pair.filter(|(older, newer)| older.number < newer.number);
        Ok(pair.map(|(older, newer)| (older.clone(), newer.clone())))
    }

    /// Returns how two approved versions differ, section by section.
    ///
    /// # Errors
    /// [`ReviewError::Damaged`] when a text is not the one that was approved.
    pub async fn changes_between(
        &self,
        older: &Version,
        newer: &Version,
    ) -> Result<Vec<SectionDiff>, ReviewError> {
        let (older, newer) = (self.approved(older).await?, self.approved(newer).await?);
        Ok(self.revisions.diff(&older, &newer).await?)
    }

    async fn approved(&self, version: &Version) -> Result<Revision, ReviewError> {
        let revision = self.revisions.get(version.revision).await?;
        let approved = revision.filter(|revision| revision.hash == version.hash);
        approved.ok_or(ReviewError::Damaged(version.article))
    }

    /// Returns how much a person has to read of a text under review, since its best baseline.
    pub async fn extent(
        &self,
        review: &Review,
        person: PersonId,
    ) -> Result<(Baseline, DiffSummary), ReviewError> {
        let grounds = self.baselines(review, person).await?;
        let since = grounds.best();
        let revision = self.candidate_revision(review).await?;
        let base = grounds.base(since);
        Ok((since, self.revisions.summary_since(base, &revision).await?))
    }

    /// Returns the revision under review.
    pub async fn candidate_revision(&self, review: &Review) -> Result<Revision, ReviewError> {
        let revision = self.revisions.get(review.revision).await?;
        revision.ok_or(ReviewError::Damaged(review.article))
    }

    /// Returns the content of the revision under review.
    pub async fn candidate_content(&self, review: &Review) -> Result<Content, ReviewError> {
        let revision = self.candidate_revision(review).await?;
        Ok(self.revisions.content(&revision).await?)
    }

    /// Returns the plain text of a section under review, one block a line.
    ///
    /// # Errors
    /// [`ReviewError::NoSection`] when it has no section of that key.
    pub async fn section_text(
        &self,
        review: &Review,
        section: &str,
    ) -> Result<String, ReviewError> {
        let content = self.candidate_content(review).await?;
        let text = content
            .sections
            .into_iter()
            .find(|text| text.key == section);
        let text = text.ok_or(ReviewError::NoSection)?;
        Ok(section_plain_text(&text.markdown))
    }
}
