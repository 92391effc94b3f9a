//! Saves named revisions and restores earlier ones.

use std::collections::BTreeSet;

use lectern_article::Article;
use lectern_base::{PersonId, RevisionId};
use lectern_document::{DraftContent, apply_content, doc_from_content};
use lectern_identity::{Editor, Steward};
use lectern_live::LiveError;
use lectern_store::Batch;

use super::error::RevisionError;
use super::record::{OF_ARTICLE, RESTORED};
use super::{Reason, Revision, Revisions};

impl Revisions {
    /// Saves the current draft, with or without a name.
    pub async fn save_named(
        &self,
        by: &Editor,
        article: &Article,
        name: Option<String>,
    ) -> Result<Revision, RevisionError> {
        if by.module() != article.module {
            return Err(RevisionError::NoArticle);
        }
        let person = by.person().id;
        let saved = self
            .save(article, Reason::Named, name, Some(person))
            .await?;
        saved.ok_or(RevisionError::Busy)
    }

    /// Applies a revision's text to the draft as a live edit by this person, and saves the result.
    ///
    /// Only differences are applied, so concurrent typing by others survives.
    pub async fn restore(
        &self,
        by: &Steward,
        article: &Article,
        id: RevisionId,
    ) -> Result<Revision, RevisionError> {
        let revision = self
            .get(id)
            .await?
            .filter(|found| found.article == article.id);
        let revision = revision.ok_or(RevisionError::NotFound)?;
        if by.module() != article.module {
            return Err(RevisionError::NotFound);
        }
        let content = self.content(&revision).await?;
        let writers = self.writers_of(article, &revision).await?;
        // Before the edit, so that no crash in between loses it, and after it, so that a version
        // that became effective in between does not end it.
        let before = self.rooms.position(article.id).await?;
        let from = before.saturating_add(1);
        self.note_restored(article, from, &writers).await?;
        let draft = DraftContent {
            title: content.title,
            fields: content.fields,
            sections: content.sections,
            suggestions: Vec::new(),
        };
        let person = by.person().id;
        let text = draft.clone();
        let edited = self
            .rooms
            .edit(article.id, person, move |doc| {
                apply_content(doc, &text).map_err(RevisionError::from)
            })
            .await;
        match edited {
            // The draft cannot be opened at all, so the revision replaces it.
            Err(RevisionError::Live(LiveError::Damaged { .. })) => {
                let doc = doc_from_content(&draft)?;
                self.rooms.replace(article.id, person, doc).await?;
            }
            edited => edited?,
        }
        let after = self.rooms.position(article.id).await?;
        self.note_restored(article, after, &writers).await?;
        let name = Some(format!("Revision {} restored", revision.number));
        let saved = self
            .save(article, Reason::Restore, name, Some(person))
            .await?;
        saved.ok_or(RevisionError::Busy)
    }

    /// Returns who may have written text of a revision that a restore brings back: its contributors
    /// and, if the effective version is newer, everybody who had written by then.
    async fn writers_of(
        &self,
        article: &Article,
        revision: &Revision,
    ) -> Result<Vec<PersonId>, RevisionError> {
        let base = match &article.effective {
            Some(effective) => self.get(effective.revision).await?,
            None => None,
        };
        let mut writers: BTreeSet<_> = revision.contributors.iter().copied().collect();
        if base.is_some_and(|base| revision.number <= base.number) {
            let before = OF_ARTICLE.scan_under(&self.store, &article.id).await?;
            for (_, id) in before
                .into_iter()
                .take_while(|((_, n), _)| *n <= revision.number)
            {
                let earlier = self.get(id).await?;
                writers.extend(earlier.into_iter().flat_map(|one| one.contributors));
            }
        }
        Ok(writers.into_iter().collect())
    }

    async fn note_restored(
        &self,
        article: &Article,
        position: u64,
        writers: &[PersonId],
    ) -> Result<(), RevisionError> {
        let mut batch = Batch::new();
        RESTORED.put(&mut batch, &(article.id, position), &writers.to_vec());
        self.store.commit(batch).await?;
        Ok(())
    }
}
