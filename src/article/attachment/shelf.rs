//! Taking files in, handing them out, and clearing away what nothing names any more.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::Mutex;

use lectern_base::{ArticleId, Clock, ErrorKind, Hash, Subject, Timestamp};
use lectern_identity::Editor;
use lectern_journal::{Actor, Deed, Journal, JournalError};
use lectern_store::{Batch, Store, StoreError};

use super::kind::{FileKind, POSSIBLE};
use super::picture::{self, Flaw};
use super::record::{ATTACHMENTS, Attachment, COUNTED, OF_FILE};
use crate::Article;

/// How long a file stays that nothing names: whoever takes it out of a text may put it back, by Undo
/// or from a device that was offline.
const GRACE: Duration = Duration::from_secs(24 * 3_600);
/// Letters of a name, its extension included.
const LONGEST_NAME: usize = 100;

/// Why a file was not taken, or not found.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// It is of no kind that an article may have.
    #[error("this kind of file is not accepted; possible are {POSSIBLE}")]
    Unknown,
    /// It begins like a picture and is none.
    #[error("this picture cannot be read; it may be damaged or no picture at all")]
    Broken,
    /// It would unfold into too many pixels.
    #[error("this picture has too many pixels; make it smaller and try again")]
    Huge,
    /// Its bytes are gone.
    #[error("file {0} is missing; restore a back-up")]
    Missing(Hash),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl AttachmentError {
    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown | Self::Broken | Self::Huge => ErrorKind::Invalid,
            Self::Missing(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }
}

impl From<Flaw> for AttachmentError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Broken => Self::Broken,
            Flaw::Huge => Self::Huge,
        }
    }
}

/// Where attachments are kept.
pub struct Shelf {
    store: Store,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    /// Held while a file comes or goes, so that none is cleared away that somebody else just brought.
    changing: Mutex<()>,
}

/// A file as it is kept.
struct Prepared {
    name: String,
    kind: FileKind,
    bytes: Vec<u8>,
    size: Option<(u32, u32)>,
}

impl Shelf {
    /// Keeps attachments in `store`.
    pub fn new(store: Store, journal: Arc<Journal>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            journal,
            clock,
            changing: Mutex::default(),
        }
    }

    /// Takes a file in for an article; the same file twice is one attachment.
    pub async fn add(
        &self,
        by: &Editor,
        article: &Article,
        name: &str,
        bytes: Bytes,
    ) -> Result<Attachment, AttachmentError> {
        let name = name.to_owned();
        let prepared = tokio::task::spawn_blocking(move || prepare(&name, &bytes)).await;
        // The library that decodes may meet a file that it was not made for.
        let prepared = prepared.unwrap_or(Err(AttachmentError::Broken))?;
        let attachment = Attachment {
            article: article.id,
            hash: Hash::of(&prepared.bytes),
            name: prepared.name,
            media_type: prepared.kind.media_type.to_owned(),
            bytes: prepared.bytes.len() as u64,
            width: prepared.size.map(|(width, _)| width),
            height: prepared.size.map(|(_, height)| height),
            created_by: by.person().id,
            created_at: self.clock.now(),
        };
        self.put(by, article, attachment, prepared.bytes.into())
            .await
    }

    /// Gives an article a file that another one has; who asks may have it from there.
    pub async fn share(
        &self,
        by: &Editor,
        article: &Article,
        attachment: Attachment,
        bytes: Bytes,
    ) -> Result<Attachment, AttachmentError> {
        let attachment = Attachment {
            article: article.id,
            created_by: by.person().id,
            created_at: self.clock.now(),
            ..attachment
        };
        self.put(by, article, attachment, bytes).await
    }

    async fn put(
        &self,
        by: &Editor,
        article: &Article,
        attachment: Attachment,
        bytes: Bytes,
    ) -> Result<Attachment, AttachmentError> {
        let _alone = self.changing.lock().await;
        let hash = self.store.blobs().put(bytes).await?;
        let key = (article.id, hash);
        if let Some(known) = ATTACHMENTS.get(&self.store, &key).await? {
            return Ok(known);
        }
        let mut batch = Batch::new();
        ATTACHMENTS.insert(&mut batch, &key, &attachment);
        OF_FILE.put(&mut batch, &(hash, article.id), &());
        let deed = Deed::new(by.person().id, "attachment.added", subject(&attachment))
            .in_module(article.module)
            .to(told(&attachment));
        self.journal.record(batch, vec![deed]).await?;
        Ok(attachment)
    }

    /// Puts an attachment into `batch` that comes from another instance; its bytes are here already.
    pub fn adopt(&self, batch: &mut Batch, attachment: &Attachment) {
        let (article, hash) = (attachment.article, attachment.hash);
        ATTACHMENTS.insert(batch, &(article, hash), attachment);
        OF_FILE.put(batch, &(hash, article), &());
    }

    /// Returns the attachments of an article.
    pub async fn of_article(&self, article: ArticleId) -> Result<Vec<Attachment>, AttachmentError> {
        let found = ATTACHMENTS.scan_under(&self.store, &article).await?;
        Ok(found
            .into_iter()
            .map(|(_, attachment)| attachment)
            .collect())
    }

    /// Returns every attachment, for whoever verifies it.
    pub async fn all(store: &Store) -> Result<Vec<Attachment>, AttachmentError> {
        let found = ATTACHMENTS.all(store).await?;
        Ok(found
            .into_iter()
            .map(|(_, attachment)| attachment)
            .collect())
    }

    /// Returns the articles that have a file.
    pub async fn holders(&self, hash: Hash) -> Result<Vec<ArticleId>, AttachmentError> {
        let found = OF_FILE.scan_under(&self.store, &hash).await?;
        Ok(found
            .into_iter()
            .map(|((_, article), ())| article)
            .collect())
    }

    /// Returns an attachment of an article and its bytes.
    pub async fn read(
        &self,
        article: ArticleId,
        hash: Hash,
    ) -> Result<Option<(Attachment, Bytes)>, AttachmentError> {
        let Some(attachment) = ATTACHMENTS.get(&self.store, &(article, hash)).await? else {
            return Ok(None);
        };
        let bytes = self.store.blobs().get(hash).await?;
        Ok(Some((
            attachment,
            bytes.ok_or(AttachmentError::Missing(hash))?,
        )))
    }

    /// Keeps files for good, because a revision counts them.
    pub fn count(&self, batch: &mut Batch, article: ArticleId, files: &[Hash]) {
        for file in files {
            COUNTED.put(batch, &(article, *file), &());
        }
    }

    /// Returns the attachments that no revision counts and that are a day old.
    pub async fn loose(&self, now: Timestamp) -> Result<Vec<Attachment>, AttachmentError> {
        let mut loose = Vec::new();
        for (key, attachment) in ATTACHMENTS.all(&self.store).await? {
            let old = attachment.created_at.plus(GRACE) <= now;
            if old && !COUNTED.contains(&self.store, &key).await? {
                loose.push(attachment);
            }
        }
        Ok(loose)
    }

    /// Clears an attachment away; nothing happens when a revision counts it meanwhile.
    pub async fn remove(
        &self,
        article: &Article,
        attachment: &Attachment,
    ) -> Result<(), AttachmentError> {
        let _alone = self.changing.lock().await;
        let key = (attachment.article, attachment.hash);
        if COUNTED.contains(&self.store, &key).await? {
            return Ok(());
        }
        let mut batch = Batch::new();
        ATTACHMENTS.delete(&mut batch, &key);
        OF_FILE.delete(&mut batch, &(attachment.hash, attachment.article));
        let deed = Deed::new(Actor::System, "attachment.removed", subject(attachment))
            .in_module(article.module)
            .from(told(attachment))
            .because("no text names it");
        self.journal.record(batch, vec![deed]).await?;
        if self.holders(attachment.hash).await?.is_empty() {
            self.store.blobs().delete(attachment.hash).await?;
        }
        Ok(())
    }
}

fn subject(attachment: &Attachment) -> Subject {
    Subject::new("attachment", attachment.hash)
}

fn told(attachment: &Attachment) -> serde_json::Value {
    json!({
        "article": attachment.article,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "bytes": attachment.bytes,
    })
}

fn prepare(name: &str, bytes: &[u8]) -> Result<Prepared, AttachmentError> {
    let kind = FileKind::of(bytes, name).ok_or(AttachmentError::Unknown)?;
    if !kind.is_picture() {
        return Ok(Prepared {
            name: fitting(name, kind),
            kind,
            bytes: bytes.to_vec(),
            size: None,
        });
    }
    let picture = picture::prepare(bytes, kind)?;
    Ok(Prepared {
        name: fitting(name, picture.kind),
        kind: picture.kind,
        size: Some((picture.width, picture.height)),
        bytes: picture.bytes,
    })
}

/// A name that every system can save under, with the extension of what the file is.
fn fitting(name: &str, kind: FileKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let plain: String = stem
        .chars()
        .map(|c| match c {
            ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    let stem = plain.trim_matches(['.', ' ', '-']);
    let room = LONGEST_NAME - kind.extension.len() - 1;
    let stem: String = stem.chars().take(room).collect();
    let stem = if stem.is_empty() { "file" } else { &stem };
    format!("{stem}.{}", kind.extension)
}

#[cfg(test)]
mod tests {
    use super::super::kind::{JPEG, PNG};
    use super::*;

    #[test]
    fn a_name_is_one_that_can_be_saved() {
        assert_eq!(fitting("C:\\Users\\ada\\Rotor.JPEG", JPEG), "Rotor.jpg");
        assert_eq!(fitting("../../etc/passwd", PNG), "passwd.png");
        assert_eq!(fitting("a:b?.png", PNG), "a-b.png");
        assert_eq!(fitting("", PNG), "file.png");
        assert_eq!(fitting(&"ä".repeat(300), PNG).chars().count(), 100);
    }
}
