//! Saving by hand, and putting an earlier revision back.

use lectern_article::Article;
use lectern_base::RevisionId;
use lectern_document::{DraftContent, put_back, written_anew};
use lectern_identity::{Editor, Steward};
use lectern_live::LiveError;

use super::error::RevisionError;
use super::{Reason, Revision, Revisions};

impl Revisions {
    /// Saves the draft as it is now, under a name or without one.
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

    /// Puts the text of a revision back into the draft, as a live edit of this person, and saves
    /// what the draft says then.
    ///
    /// Only what differs is touched: what others type meanwhile stays.
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
                put_back(doc, &text).map_err(RevisionError::from)
            })
            .await;
        match edited {
            // Nothing of it can be opened: the revision takes its place.
            Err(RevisionError::Live(LiveError::Damaged { .. })) => {
                let doc = written_anew(&draft)?;
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
