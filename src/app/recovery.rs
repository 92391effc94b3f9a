//! Saves the editing sessions that a crash interrupted.

use lectern_article::{Article, Edit};
use lectern_revision::Reason;

use crate::{App, AppError};

impl App {
    /// Saves a revision of every draft that was edited after its last one; returns how many.
    pub(crate) async fn recover_sessions(&self) -> Result<usize, AppError> {
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
                        // One damaged draft must not keep the server from starting.
                        Err(cause) => {
                            tracing::error!(%cause, article = %article.id, "An interrupted editing session could not be saved");
                        }
                    }
                }
            }
        }
        Ok(saved)
    }

    /// Returns whether the edit log is ahead of the last revision.
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
