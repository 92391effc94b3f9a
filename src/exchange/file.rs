//! A pack that was made.

use std::fs::File;

use lectern_base::Hash;

/// A pack, to be read once.
#[derive(Debug)]
pub struct PackFile {
    /// The ZIP, positioned at its beginning. The file has no name and is gone once it is dropped.
    pub file: File,
    /// Its size.
    pub bytes: u64,
    /// The suggested file name.
    pub name: String,
    /// The SHA-256 of its manifest, which names the SHA-256 of every file.
    pub manifest: Hash,
}
