//! Content-addressed files, verified against their SHA-256 when read.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use lectern_base::Hash;

use super::StoreError;

/// A folder of files named by the SHA-256 of their content.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    pending_deletions: Arc<Mutex<PendingDeletions>>,
}

/// Deletions postponed until the copies in progress are complete.
#[derive(Debug, Default)]
struct PendingDeletions {
    copies: usize,
    waiting: BTreeSet<Hash>,
}

/// A guard that postpones deletions until it is dropped.
#[derive(Debug)]
pub(super) struct DeletionHold(Blobs);

impl Drop for DeletionHold {
    fn drop(&mut self) {
        let mut pending_deletions = self.0.pending_deletions();
        pending_deletions.copies -= 1;
        if pending_deletions.copies > 0 {
            return;
        }
        for hash in std::mem::take(&mut pending_deletions.waiting) {
            if let Err(error) = self.0.delete_now(hash) {
                tracing::warn!(%hash, %error, "A blob that is no longer needed could not be deleted.");
            }
        }
    }
}

impl Blobs {
    /// Opens the folder `dir`, creating it if it is missing.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir.join("tmp")).map_err(StoreError::unavailable)?;
        Ok(Self {
            dir: dir.to_owned(),
            pending_deletions: Arc::default(),
        })
    }

    /// Stores `bytes` and returns their hash; durable on return. The same bytes are stored once.
    pub async fn put(&self, bytes: impl Into<Bytes>) -> Result<Hash, StoreError> {
        let (blobs, bytes) = (self.clone(), bytes.into());
        run_blocking(move || blobs.put_now(&bytes)).await
    }

    /// Returns the content with this hash, if there is any.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the content does not match the hash.
    pub async fn get(&self, hash: Hash) -> Result<Option<Bytes>, StoreError> {
        let blobs = self.clone();
        run_blocking(move || blobs.get_now(hash)).await
    }

    /// Deletes the content with this hash, if there is any.
    pub async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        let blobs = self.clone();
        run_blocking(move || {
            let mut pending_deletions = blobs.pending_deletions();
            if pending_deletions.copies > 0 {
                pending_deletions.waiting.insert(hash);
                return Ok(());
            }
            blobs.delete_now(hash)
        })
        .await
    }

    /// Postpones deletions until the returned guard is dropped.
    pub(super) fn hold(&self) -> DeletionHold {
        self.pending_deletions().copies += 1;
        DeletionHold(self.clone())
    }

    /// Copies one file unchecked into another blob folder.
    pub(super) fn copy_now(&self, hash: Hash, to: &Self) -> Result<(), StoreError> {
        let copied = fs::read(self.path(hash)).and_then(|bytes| to.write(hash, &bytes));
        copied.map_err(StoreError::unavailable)
    }

    fn delete_now(&self, hash: Hash) -> Result<(), StoreError> {
        match fs::remove_file(self.path(hash)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::unavailable(error))
            }
            _ => Ok(()),
        }
    }

    fn pending_deletions(&self) -> MutexGuard<'_, PendingDeletions> {
        self.pending_deletions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the hashes of all blobs.
    pub async fn list(&self) -> Result<Vec<Hash>, StoreError> {
        let blobs = self.clone();
        run_blocking(move || blobs.list_now()).await
    }

    /// [`Blobs::get`], blocking.
    pub(super) fn get_now(&self, hash: Hash) -> Result<Option<Bytes>, StoreError> {
        let bytes = match fs::read(self.path(hash)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::damaged(format!("blob {hash}"), error)),
        };
        if Hash::of(&bytes) != hash {
            let reason = "its content has another hash";
            return Err(StoreError::damaged(format!("blob {hash}"), reason));
        }
        Ok(Some(bytes.into()))
    }

    /// [`Blobs::list`], blocking.
    pub(super) fn list_now(&self) -> Result<Vec<Hash>, StoreError> {
        let mut found = Vec::new();
        for folder in names(&self.dir)? {
            if folder.len() != 2 {
                continue;
            }
            for name in names(&self.dir.join(&folder))? {
                found.extend(format!("{folder}{name}").parse::<Hash>());
            }
        }
        found.sort();
        Ok(found)
    }

    fn put_now(&self, bytes: &[u8]) -> Result<Hash, StoreError> {
        let hash = Hash::of(bytes);
        self.pending_deletions().waiting.remove(&hash);
        let present = matches!(self.get_now(hash), Ok(Some(_)));
        if !present {
            self.write(hash, bytes).map_err(StoreError::unavailable)?;
        }
        Ok(hash)
    }

    /// Writes to a temporary file and renames it, so that a torn write never has a valid name.
    fn write(&self, hash: Hash, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(hash);
        let folder = path.parent().unwrap_or(&self.dir);
        let temporary = self.dir.join("tmp").join(uuid::Uuid::now_v7().to_string());
        let written = write_file(&temporary, bytes)
            .and_then(|()| fs::create_dir_all(folder))
            .and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        sync_dir(folder)?;
        sync_dir(&self.dir)
    }

    fn path(&self, hash: Hash) -> PathBuf {
        let digits = hash.to_string();
        self.dir.join(&digits[..2]).join(&digits[2..])
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let entries = fs::read_dir(dir).map_err(StoreError::unavailable)?;
    entries
        .map(|entry| {
            let entry = entry.map_err(StoreError::unavailable)?;
            Ok(entry.file_name().to_string_lossy().into_owned())
        })
        .collect()
}

/// Runs blocking work on a thread where blocking is allowed.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::unavailable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_blob_is_stored_once_and_found_by_its_hash() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let hash = blobs.put("snapshot").await.unwrap();
        assert_eq!(blobs.put("snapshot").await.unwrap(), hash);
        assert_eq!(
            blobs.get(hash).await.unwrap(),
            Some(Bytes::from("snapshot"))
        );
        assert_eq!(blobs.list().await.unwrap(), [hash]);
        blobs.delete(hash).await.unwrap();
        assert_eq!(blobs.get(hash).await.unwrap(), None);
        assert_eq!(
            names(&dir.path().join("tmp")).unwrap(),
            Vec::<String>::new()
        );
    }

    #[tokio::test]
    async fn a_damaged_blob_is_refused_and_repaired_by_storing_it_again() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let hash = blobs.put("snapshot").await.unwrap();
        fs::write(blobs.path(hash), "snapshoT").unwrap();
        let error = blobs.get(hash).await.unwrap_err();
        assert!(error.to_string().contains(&hash.to_string()), "{error}");
        blobs.put("snapshot").await.unwrap();
        assert!(blobs.get(hash).await.unwrap().is_some());
    }
}
