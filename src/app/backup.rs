//! Copies the data directory, while a server holds it or not.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::start::TEMPLATES;
use crate::{App, AppError};

/// The entries of a data directory that belong in a backup; the search index can be rebuilt. `seal`
/// and `witness` let a restore detect whether the copy was changed.
const BACKED_UP: [&str; 6] = ["store", "redo", "seal", "witness", "blobs", TEMPLATES];

impl App {
    /// Copies a consistent snapshot into a new folder while the server keeps working. The caller
    /// verifies the copy, in another process.
    pub async fn backup(&self, to: &Path) -> Result<(), AppError> {
        make_empty(to)?;
        self.store.copy(to).await?;
        let (own, target) = (self.config.data.join(TEMPLATES), to.join(TEMPLATES));
        let copied = tokio::task::spawn_blocking(move || match own.is_dir() {
            true => copy(&own, &target),
            false => Ok(()),
        });
        let copied = copied.await.unwrap_or_else(|ended| Err(ended.into()));
        copied.map_err(|cause| AppError::io(to, cause))
    }
}

/// Copies a data directory that no server holds into a new folder.
pub fn copy_files(from: &Path, to: &Path) -> Result<(), AppError> {
    make_empty(to)?;
    for name in BACKED_UP {
        let (from, to) = (from.join(name), to.join(name));
        let copied = if from.is_dir() {
            copy(&from, &to)
        } else if from.is_file() {
            copy_file(&from, &to)
        } else {
            Ok(())
        };
        copied.map_err(|cause| AppError::io(&to, cause))?;
    }
    Ok(())
}

fn make_empty(folder: &Path) -> Result<(), AppError> {
    let taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => false,
        Err(cause) => return Err(AppError::io(folder, cause)),
    };
    if taken {
        return Err(AppError::NotEmpty(folder.to_owned()));
    }
    let private = fs::Permissions::from_mode(0o700);
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, private))
        .map_err(|cause| AppError::io(folder, cause))
}

/// Copies a folder recursively and syncs it to disk.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            copy_file(&entry.path(), &target)?;
        }
    }
    fs::File::open(to)?.sync_all()
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    // A copy has the permissions of its original, which an earlier release may have made.
    fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    fs::File::open(to)?.sync_all()
}
