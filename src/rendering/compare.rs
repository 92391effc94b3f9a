//! Renders what changed between two texts.

use lectern_article::Article;
use lectern_article::links::LinkBindings;
use lectern_base::RevisionId;
use lectern_document::{self as document, DiffSegment, SectionText};
use lectern_identity::Caller;
use lectern_reading::Acknowledgement;
use lectern_review::Version;
use lectern_revision::SectionDiff;

use crate::renderer::size;
use crate::{Renderer, RenderingError};

/// A section with its changes.
#[derive(Debug, Clone)]
pub struct ComparedSection {
    /// The older and the newer text.
    pub diff: SectionDiff,
    /// Both texts merged into one, part by part.
    pub parts: Vec<DiffSegment>,
}

/// What changed for a reader since the version they acknowledged.
#[derive(Debug, Clone)]
pub struct VersionChanges {
    /// The version that the reader acknowledged.
    pub older: Version,
    /// That acknowledgement.
    pub acknowledged: Acknowledgement,
    /// The version that is effective.
    pub newer: Version,
    /// The sections with their changes.
    pub sections: Vec<ComparedSection>,
}

impl Renderer {
    /// Returns what changed in the effective version since version `since`, which the caller
    /// acknowledged.
    ///
    /// # Errors
    /// Not found when the caller did not acknowledge that version, or when it or its successor was
    /// withdrawn from readers.
    pub async fn changes_since_acknowledged(
        &self,
        caller: &Caller,
        article: &Article,
        since: u32,
    ) -> Result<VersionChanges, RenderingError> {
        let missing = RenderingError::NotFound("version");
        let acknowledgements = self.readings.acknowledgements(article.id).await?;
        let is_callers = |one: &Acknowledgement| one.person == caller.id() && one.version == since;
        let Some(acknowledged) = acknowledgements.into_iter().find(is_callers) else {
            return Err(missing);
        };
        let found = self.reviews.since_version(article, since).await?;
        let (older, newer) = found.ok_or(missing)?;
        let diffs = self.reviews.changes_between(&older, &newer).await?;
        let links = self.links_between(article, older.revision, newer.revision);
        let links = links.await?;
        Ok(VersionChanges {
            sections: self.compare_sections(caller, diffs, &links, true).await?,
            older,
            acknowledged,
            newer,
        })
    }

    /// Returns the links of two revisions of an article; where they differ, those of the newer one.
    pub async fn links_between(
        &self,
        article: &Article,
        older: RevisionId,
        newer: RevisionId,
    ) -> Result<LinkBindings, RenderingError> {
        let older = self.reviews.links_of(article, Some(older)).await?;
        let newer = self.reviews.links_of(article, Some(newer)).await?;
        Ok(newer.or(older))
    }

    /// Renders sections with their changes; without `marked`, only the newer texts are shown.
    pub async fn compare_sections(
        &self,
        caller: &Caller,
        diffs: Vec<SectionDiff>,
        links: &LinkBindings,
        marked: bool,
    ) -> Result<Vec<ComparedSection>, RenderingError> {
        let text = |markdown: &String| SectionText {
            key: String::new(),
            markdown: markdown.clone(),
        };
        let texts = diffs.iter().flat_map(|diff| [&diff.older, &diff.newer]);
        let texts: Vec<_> = texts.map(text).collect();
        let lookup = self.link_targets(caller, &texts, links).await?;
        let size = size(&texts);
        let render = move |diff: SectionDiff| ComparedSection {
            parts: match marked {
                true => document::compare(&diff.older, &diff.newer, &diff.key, &lookup),
                false => document::segments(&diff.newer, &diff.key, &lookup),
            },
            diff,
        };
        let compared = self
            .pool
            .run(size, || diffs.into_iter().map(render).collect());
        Ok(compared.await?)
    }
}
