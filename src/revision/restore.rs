//! Saves named revisions and restores earlier ones.

use lectern_article::Article;
use lectern_base::RevisionId;
use lectern_document::{DraftContent, apply_content, doc_from_content};
use lectern_identity::{Editor, Steward};
use lectern_live::LiveError;

use super::error::RevisionError;
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
        let name = Some(format!("Revision {} restored", revision.number));
        let saved = self
            .save(article, Reason::Restore, name, Some(person))
            .await?;
        saved.ok_or(RevisionError::Busy)
    }
}
