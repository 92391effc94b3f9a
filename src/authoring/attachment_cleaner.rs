//! Removes attachments that nothing refers to.

use std::collections::BTreeSet;
use std::sync::Arc;

use lectern_article::{Article, Articles, AttachmentStore, referenced_files};
use lectern_base::{Hash, Timestamp};
use lectern_document::sections_json;
use lectern_live::Rooms;

use crate::AuthoringError;

/// Removes attachments that nothing refers to.
pub struct AttachmentCleaner {
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their attachments.
    pub shelf: Arc<AttachmentStore>,
    /// Their drafts.
    pub rooms: Arc<Rooms>,
}

impl AttachmentCleaner {
    /// Removes the attachments that no revision uses, no draft refers to and nobody uploaded
    /// within the last day; returns how many.
    pub async fn clean(&self, now: Timestamp) -> Result<usize, AuthoringError> {
        let mut removed = 0;
        for loose in self.shelf.unpinned(now).await? {
            let Some(article) = self.articles.get(loose.article).await? else {
                continue;
            };
            if !self.used_in_draft(&article).await?.contains(&loose.hash) {
                self.shelf.remove(&article, &loose).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn used_in_draft(&self, article: &Article) -> Result<BTreeSet<Hash>, AuthoringError> {
        let read = |doc: &_| referenced_files(&sections_json(doc));
        Ok(self.rooms.read_with(article.id, read).await?)
    }
}
