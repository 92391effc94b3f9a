//! Operations on folders: list, copy, remove, sync.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
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

/// Makes a folder and everything in it accessible to its owner only, unless the folder is already.
pub fn make_private(folder: &Path) -> io::Result<()> {
    let open = fs::metadata(folder)?.permissions().mode() & 0o077 != 0;
    match open {
        true => make_all_private(folder),
        false => Ok(()),
    }
}

fn make_all_private(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            make_all_private(&entry.path())?;
        } else if kind.is_file() {
            fs::set_permissions(entry.path(), Permissions::from_mode(0o600))?;
        }
    }
    // Last, so that an interrupted run starts again.
    fs::set_permissions(folder, Permissions::from_mode(0o700))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_an_earlier_release_becomes_private() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("a/b"), dir.path().join("a/b/c"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, "x").unwrap();
        let top = dir.path().join("a");
        for path in [&top, &folder] {
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        make_private(&top).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            [mode(&top), mode(&folder), mode(&file)],
            [0o700, 0o700, 0o600]
        );
        make_private(&top).unwrap();
    }
}
