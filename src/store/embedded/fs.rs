//! Operations on folders: list, copy, remove, sync.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Returns every file below `folder`, at any depth.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Copies every file below `from`; durable on return.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for path in files(from)? {
        let target = to.join(path.strip_prefix(from).unwrap_or(&path));
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::copy(&path, &target)?;
        File::open(&target)?.sync_all()?;
    }
    sync_folder(to)
}

/// Removes a folder with everything in it, if it exists.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes changes of the folder's entries durable.
pub fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
