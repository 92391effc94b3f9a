//! A file beside the store that counts the acknowledged commits.
//!
//! It is written after a commit is synced and before the commit is acknowledged, but not synced
//! itself: after a power cut it can lag behind the store, but it is never ahead of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of acknowledged commits, in memory and on disk.
pub struct CommitCounter {
    file: File,
    count: AtomicU64,
}

impl CommitCounter {
    /// Opens the file, creating it if it is missing; an invalid number counts as 0.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = [0; 16];
        let count = match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => decode(bytes),
            Err(_) => 0,
        };
        Ok(Self {
            file,
            count: AtomicU64::new(count),
        })
    }

    /// Returns the number of acknowledged commits.
    pub fn get(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Records that `commits` are about to be acknowledged.
    pub fn set(&self, commits: u64) -> io::Result<()> {
        let bytes = [commits.to_be_bytes(), (!commits).to_be_bytes()].concat();
        self.file.write_all_at(&bytes, 0)?;
        self.count.store(commits, Ordering::SeqCst);
        Ok(())
    }
}

/// Decodes a number that is followed by its complement; 0 if they do not match.
fn decode(bytes: [u8; 16]) -> u64 {
    let (number, complement) = bytes.split_at(8);
    let number = number.try_into().map_or(0, u64::from_be_bytes);
    let complement = complement.try_into().map_or(0, u64::from_be_bytes);
    if number == !complement { number } else { 0 }
}
