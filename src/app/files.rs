//! Who gets a file of an article, and when one is cleared away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::timeout;

use lectern_article::{Article, Attachment, referenced_files};
use lectern_base::{ArticleId, Hash, Timestamp};
use lectern_document::sections_json;
use lectern_identity::Caller;

use super::{App, AppError};

/// How often it is looked for files that nothing names.
const CLEARING: Duration = Duration::from_secs(3_600);

impl App {
    /// Returns a file for a caller who may write an article that has it, or read one whose effective
    /// version counts it. Everybody else learns nothing.
    pub async fn file(&self, caller: &Caller, hash: Hash) -> Result<(Attachment, Bytes), AppError> {
        for article in self.shelf.holders(hash).await? {
            if self.may_have(caller, article, hash).await?
                && let Some(found) = self.shelf.read(article, hash).await?
            {
                return Ok(found);
            }
        }
        Err(AppError::NotFound("file"))
    }

    async fn may_have(
        &self,
        caller: &Caller,
        article: ArticleId,
        hash: Hash,
    ) -> Result<bool, AppError> {
        let opened = match self.open_article(caller, article).await {
            Ok(opened) => opened,
            Err(AppError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        if caller.editor(&opened.place).is_ok() {
            return Ok(true);
        }
        let effective = self.reviews.effective_content(&opened.article).await?;
        Ok(effective.is_some_and(|(_, content)| content.attachments.contains(&hash)))
    }

    /// Clears away files that no revision counts, no draft names and nobody brought today; returns
    /// how many.
    pub async fn clear_files(&self, now: Timestamp) -> Result<usize, AppError> {
        let mut cleared = 0;
        for loose in self.shelf.unpinned(now).await? {
            let Some(article) = self.articles.get(loose.article).await? else {
                continue;
            };
            if !self.draft_names(&article).await?.contains(&loose.hash) {
                self.shelf.remove(&article, &loose).await?;
                cleared += 1;
            }
        }
        Ok(cleared)
    }

    async fn draft_names(&self, article: &Article) -> Result<BTreeSet<Hash>, AppError> {
        let read = |doc: &_| referenced_files(&sections_json(doc));
        Ok(self.rooms.read_with(article.id, read).await?)
    }
}

/// Clears files away from time to time.
pub(super) async fn keep_clear(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    while timeout(CLEARING, stopping.wait_for(|stop| *stop))
        .await
        .is_err()
    {
        match app.clear_files(app.clock.now()).await {
            Ok(0) => {}
            Ok(cleared) => tracing::info!(cleared, "Files that nothing names were cleared away"),
            Err(cause) => tracing::warn!(%cause, "Files could not be cleared away"),
        }
    }
}
