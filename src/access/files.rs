//! Attachments, for those who may read an article that has them.

use bytes::Bytes;

use lectern_article::Attachment;
use lectern_base::{ArticleId, Hash};
use lectern_identity::Caller;

use crate::{Access, AccessError};

impl Access {
    /// Returns an attachment for a caller who may write an article that has it, or may read one
    /// whose effective version uses it.
    ///
    /// # Errors
    /// Everybody else gets "not found", whether or not the file exists.
    pub async fn open_file(
        &self,
        caller: &Caller,
        hash: Hash,
    ) -> Result<(Attachment, Bytes), AccessError> {
        for article in self.shelf.holders(hash).await? {
            if self.may_read_file(caller, article, hash).await?
                && let Some(found) = self.shelf.read(article, hash).await?
            {
                return Ok(found);
            }
        }
        Err(AccessError::NotFound("file"))
    }

    async fn may_read_file(
        &self,
        caller: &Caller,
        article: ArticleId,
        hash: Hash,
    ) -> Result<bool, AccessError> {
        let opened = match self.open_article(caller, article).await {
            Ok(opened) => opened,
            Err(AccessError::NotFound(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        if caller.editor(&opened.place).is_ok() {
            return Ok(true);
        }
        let effective = self.reviews.effective_content(&opened.article).await?;
        Ok(effective.is_some_and(|(_, content)| content.attachments.contains(&hash)))
    }
}
