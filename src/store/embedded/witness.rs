//! A number beside the store: how many commits were acknowledged.
//!
//! It is written after the store's own sync and before anybody is answered, without a sync of its
//! own: after a power cut it may lag behind the store, but it never runs ahead of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number and where it stands.
pub struct Witness {
    file: File,
    seen: AtomicU64,
}

impl Witness {
    /// Reads the number; a file that does not hold one says nothing.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut bytes = [0; 16];
        let seen = match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => decode(bytes),
            Err(_) => 0,
        };
        Ok(Self {
            file,
            seen: AtomicU64::new(seen),
        })
    }

    /// Returns how many commits were acknowledged.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    /// Writes down that `commits` are about to be acknowledged.
    pub fn note(&self, commits: u64) -> io::Result<()> {
        let bytes = [commits.to_be_bytes(), (!commits).to_be_bytes()].concat();
        self.file.write_all_at(&bytes, 0)?;
        self.seen.store(commits, Ordering::SeqCst);
        Ok(())
    }
}

/// Reads a number that stands beside its complement.
fn decode(bytes: [u8; 16]) -> u64 {
    let (number, complement) = bytes.split_at(8);
    let number = number.try_into().map_or(0, u64::from_be_bytes);
    let complement = complement.try_into().map_or(0, u64::from_be_bytes);
    if number == !complement { number } else { 0 }
}
