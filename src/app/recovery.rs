//! After a crash: editing sessions that never ended become revisions.

use lectern_article::{Article, Edit};
use lectern_revision::Reason;

use super::{App, AppError};

impl App {
    /// Saves a revision of every article that was edited after its last one; returns how many.
    pub(super) async fn recover(&self) -> Result<usize, AppError> {
        let mut saved = 0;
        for module in self.modules.all().await? {
            for article in self.articles.in_module(module.id).await? {
                if self.is_ahead(&article).await? {
                    let made = self
                        .revisions
                        .save(&article, Reason::SessionEnd, None, None)
                        .await;
                    match made {
                        Ok(made) => saved += usize::from(made.is_some()),
                        // One damaged draft must not keep the others from their readers.
                        Err(cause) => {
                            tracing::error!(%cause, article = %article.id, "A draft cannot be saved");
                        }
                    }
                }
            }
        }
        Ok(saved)
    }

    /// Whether the edit log has more than the last revision holds.
    async fn is_ahead(&self, article: &Article) -> Result<bool, AppError> {
        let last = self.store.last_of_log(&Edit::log(article.id)).await?;
        let saved = match article.latest_revision {
            Some(id) => self
                .revisions
                .get(id)
                .await?
                .map_or(0, |revision| revision.position),
            None => 0,
        };
        Ok(last > saved)
    }
}
