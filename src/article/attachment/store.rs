//! Stores attachments, reads them, and deletes those no longer used.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Mutex;

use lectern_base::{ArticleId, Clock, ErrorKind, Hash, Subject, Timestamp};
use lectern_identity::Editor;
use lectern_journal::{Actor, AuditEvent, Journal, JournalError};
use lectern_pool::{Pool, PoolError};
use lectern_store::{Batch, Store, StoreError};

use super::kind::{FileKind, POSSIBLE};
use super::picture::{self, PictureError};
use super::record::{ATTACHMENTS, Attachment, OF_FILE, PINNED};
use crate::Article;
use crate::event::{ArticleEvent, AttachmentFacts};

/// How long an unused file is kept: someone who deleted it from the text may still undo that, or
/// come back from offline.
const GRACE: Duration = Duration::from_secs(24 * 3_600);
/// Maximum length of a file name in characters, extension included.
const LONGEST_NAME: usize = 100;

/// Why a file was rejected or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The file type is not accepted.
    #[error("this kind of file is not accepted; possible are {POSSIBLE}")]
    Unknown,
    /// The image cannot be decoded.
    #[error("this picture cannot be read; it may be damaged or no picture at all")]
    Broken,
    /// Preparing the image takes too long, or the server is busy.
    #[error(transparent)]
    Pool(PoolError),
    /// The image has too many pixels.
    #[error("this picture has too many pixels; make it smaller and try again")]
    Huge,
    /// The stored bytes are missing.
    #[error("file {0} is missing; restore a back-up")]
    Missing(Hash),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal rejected the entry.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl AttachmentError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown | Self::Broken | Self::Huge => ErrorKind::Invalid,
            Self::Missing(_) => ErrorKind::Internal,
            Self::Pool(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }
}

impl From<PictureError> for AttachmentError {
    fn from(flaw: PictureError) -> Self {
        match flaw {
            PictureError::Broken => Self::Broken,
            PictureError::Huge => Self::Huge,
        }
    }
}

/// Stores attachments.
pub struct AttachmentStore {
    store: Store,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    pool: Arc<Pool>,
    /// Held while a file is added or removed, so that a file someone just added is not deleted.
    changing: Mutex<()>,
}

/// A checked and normalised upload.
struct PreparedFile {
    name: String,
    kind: FileKind,
    bytes: Vec<u8>,
    size: Option<(u32, u32)>,
}

impl AttachmentStore {
    /// Creates the service on top of `store`.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        pool: Arc<Pool>,
    ) -> Self {
        Self {
            store,
            journal,
            clock,
            pool,
            changing: Mutex::default(),
        }
    }

    /// Adds a file to an article. Adding the same file twice gives one attachment.
    pub async fn add(
        &self,
        by: &Editor,
        article: &Article,
        name: &str,
        bytes: Bytes,
    ) -> Result<Attachment, AttachmentError> {
        let name = name.to_owned();
        let prepared = self.pool.run_large(move || prepare(&name, &bytes)).await;
        let prepared = prepared.map_err(|error| match error {
            // The decoder may panic on malformed input.
            PoolError::Panicked => AttachmentError::Broken,
            error => AttachmentError::Pool(error),
        })??;
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

    /// Adds a file that another article already has. The caller must check that the person may read
    /// it there.
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
        let added = ArticleEvent::AttachmentAdded {
            new: facts(&attachment),
        };
        let event =
            AuditEvent::new(by.person().id, added, subject(&attachment)).in_module(article.module);
        self.journal.record(batch, vec![event]).await?;
        Ok(attachment)
    }

    /// Adds an attachment imported from another instance to `batch`; its bytes are already stored.
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

    /// Returns every attachment, for verification.
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

    /// Marks files as used by a revision, so that they are never deleted.
    pub fn pin(&self, batch: &mut Batch, article: ArticleId, files: &[Hash]) {
        for file in files {
            PINNED.put(batch, &(article, *file), &());
        }
    }

    /// Returns the attachments no revision uses that are older than a day.
    pub async fn unpinned(&self, now: Timestamp) -> Result<Vec<Attachment>, AttachmentError> {
        let mut unpinned = Vec::new();
        for (key, attachment) in ATTACHMENTS.all(&self.store).await? {
            let old = attachment.created_at.plus(GRACE) <= now;
            if old && !PINNED.contains(&self.store, &key).await? {
                unpinned.push(attachment);
            }
        }
        Ok(unpinned)
    }

    /// Deletes an attachment unless a revision uses it by now.
    pub async fn remove(
        &self,
        article: &Article,
        attachment: &Attachment,
    ) -> Result<(), AttachmentError> {
        let _alone = self.changing.lock().await;
        let key = (attachment.article, attachment.hash);
        if PINNED.contains(&self.store, &key).await? {
            return Ok(());
        }
        let mut batch = Batch::new();
        ATTACHMENTS.delete(&mut batch, &key);
        OF_FILE.delete(&mut batch, &(attachment.hash, attachment.article));
        let removed = ArticleEvent::AttachmentRemoved {
            old: facts(attachment),
        };
        let event = AuditEvent::new(Actor::System, removed, subject(attachment))
            .in_module(article.module)
            .because("no text names it");
        self.journal.record(batch, vec![event]).await?;
        if self.holders(attachment.hash).await?.is_empty() {
            self.store.blobs().delete(attachment.hash).await?;
        }
        Ok(())
    }
}

fn subject(attachment: &Attachment) -> Subject {
    Subject::new("attachment", attachment.hash)
}

fn facts(attachment: &Attachment) -> AttachmentFacts {
    AttachmentFacts {
        article: attachment.article,
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        bytes: attachment.bytes,
    }
}

fn prepare(name: &str, bytes: &[u8]) -> Result<PreparedFile, AttachmentError> {
    let kind = FileKind::of(bytes, name).ok_or(AttachmentError::Unknown)?;
    if !kind.is_picture() {
        return Ok(PreparedFile {
            name: safe_name(name, kind),
            kind,
            bytes: bytes.to_vec(),
            size: None,
        });
    }
    let picture = picture::prepare(bytes, kind)?;
    Ok(PreparedFile {
        name: safe_name(name, picture.kind),
        kind: picture.kind,
        size: Some((picture.width, picture.height)),
        bytes: picture.bytes,
    })
}

/// Returns a file name that is valid on every system, with the extension of the detected type.
fn safe_name(name: &str, kind: FileKind) -> String {
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
    fn file_names_are_safe_to_save() {
        assert_eq!(safe_name("C:\\Users\\ada\\Rotor.JPEG", JPEG), "Rotor.jpg");
        assert_eq!(safe_name("../../etc/passwd", PNG), "passwd.png");
        assert_eq!(safe_name("a:b?.png", PNG), "a-b.png");
        assert_eq!(safe_name("", PNG), "file.png");
        assert_eq!(safe_name(&"ä".repeat(300), PNG).chars().count(), 100);
    }
}
