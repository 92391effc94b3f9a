//! The redo log: commits that are durable but not yet applied to the tree.
//!
//! sled rewrites whole pages for a few entries, so entries are applied to it in bulk. Until then
//! they are here: a commit is one write and one sync of one file. There are two files: while one is
//! applied to the tree, commits go to the other. At startup, both are replayed.
//!
//! A file is a sequence of records. A record is a header followed by entries. An entry is the
//! length of the key (2 bytes), the key, the length of the value (4 bytes, all ones for no value),
//! and the value. The header is the salt of the file, the number of the commit (8 bytes each), the
//! length of the entries, and the CRC-32 of everything else (4 bytes each). All integers are
//! big-endian. The salt is random and changes whenever a file is reused, so that neither the
//! remains of earlier records nor content that imitates a record is ever read as one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sled::IVec;

use super::fault::{FaultPoint, Faults};
use super::view::Entries;

/// Preallocated size of a file: overwriting takes two thirds of the time of appending.
const ROOM: usize = 1 << 20;
/// Length of a record's header, in bytes.
const HEAD: usize = 24;
/// The length that encodes a missing value.
const NO_VALUE: u32 = u32::MAX;
const NAMES: [&str; 2] = ["a", "b"];

/// The files that commits are written to.
pub struct RedoLog {
    files: [File; 2],
    /// The file in use, the offset of the next record, and the salt.
    current: usize,
    end: u64,
    salt: u64,
    /// Length of the unconfirmed record at `end`.
    written: u64,
}

impl RedoLog {
    /// Starts with two empty files; the tree must contain everything that was in them.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let [a, b] = NAMES.map(|name| empty(&folder.join(name)));
        let files = [a?, b?];
        File::open(folder)?.sync_all()?;
        File::open(folder.parent().unwrap_or(folder))?.sync_all()?;
        Ok(Self {
            files,
            current: 0,
            end: 0,
            salt: rand::random(),
            written: 0,
        })
    }

    /// Writes the entries of a commit after the confirmed ones; durable on return.
    ///
    /// Unless [`RedoLog::confirm`] follows, the next commit overwrites them.
    pub fn write(&mut self, commit: u64, entries: &Entries, faults: &Faults) -> io::Result<()> {
        let record = encode(self.salt, commit, entries)?;
        let file = &self.files[self.current];
        faults.inject(FaultPoint::BeforeWrite)?;
        file.write_all_at(&record, self.end)?;
        faults.inject(FaultPoint::AfterWrite)?;
        file.sync_data()?;
        self.written = record.len() as u64;
        Ok(())
    }

    /// Confirms the last write.
    pub fn confirm(&mut self) {
        self.end += std::mem::take(&mut self.written);
    }

    /// Discards an unconfirmed, possibly partial write, so that no replay finds it.
    pub fn discard_unconfirmed(&mut self) -> io::Result<()> {
        let file = &self.files[self.current];
        file.write_all_at(&[0; HEAD], self.end)?;
        file.sync_data()
    }

    /// Returns whether the file in use is full and should be applied to the tree.
    pub fn is_full(&self) -> bool {
        self.end >= ROOM as u64
    }

    /// Switches to the start of the other file, whose content must be in the tree.
    pub fn switch_file(&mut self) {
        self.current = 1 - self.current;
        self.end = 0;
        self.salt = rand::random();
    }
}

/// Consecutive commits.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CommitRun {
    /// The number of the first.
    pub first: u64,
    /// The number of the last.
    pub last: u64,
    /// The resulting value of each key.
    pub entries: Entries,
}

/// Reads the commits to apply to a tree that contains everything up to commit `held`; `None` if
/// there are no later ones.
///
/// # Errors
/// The inner error is the number of the first missing commit.
pub fn find(folder: &Path, held: u64) -> io::Result<Result<Option<CommitRun>, u64>> {
    let mut runs = Vec::new();
    for name in NAMES {
        match std::fs::read(folder.join(name)) {
            Ok(bytes) => runs.extend(read(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    runs.sort_by_key(|run| run.last);
    let Some(newest) = runs.pop().filter(|run| run.last > held) else {
        return Ok(Ok(None));
    };
    if newest.first <= held + 1 {
        return Ok(Ok(Some(newest)));
    }
    let before = runs.pop().filter(|run| run.last + 1 == newest.first);
    Ok(match before.filter(|run| run.first <= held + 1) {
        Some(mut whole) => {
            whole.last = newest.last;
            whole.entries.extend(newest.entries);
            Ok(Some(whole))
        }
        None => Err(held + 1),
    })
}

fn empty(path: &PathBuf) -> io::Result<File> {
    let options = File::options();
    let file = { options }
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let length = file.metadata()?.len();
    let zeros = if length < ROOM as u64 { ROOM } else { HEAD };
    file.write_all_at(&vec![0; zeros], 0)?;
    file.sync_all()?;
    Ok(file)
}

fn encode(salt: u64, commit: u64, entries: &Entries) -> io::Result<Vec<u8>> {
    let mut record = vec![0; HEAD];
    for (key, value) in entries {
        let length = u16::try_from(key.len()).map_err(io::Error::other)?;
        record.extend(length.to_be_bytes());
        record.extend_from_slice(key);
        match value {
            Some(value) => {
                let length = u32::try_from(value.len()).map_err(io::Error::other)?;
                record.extend(length.to_be_bytes());
                record.extend_from_slice(value);
            }
            None => record.extend(NO_VALUE.to_be_bytes()),
        }
    }
    let length = u32::try_from(record.len() - HEAD).map_err(io::Error::other)?;
    record[..8].copy_from_slice(&salt.to_be_bytes());
    record[8..16].copy_from_slice(&commit.to_be_bytes());
    record[16..20].copy_from_slice(&length.to_be_bytes());
    let sum = sum(&record[..20], &record[HEAD..]);
    record[20..HEAD].copy_from_slice(&sum.to_be_bytes());
    Ok(record)
}

fn sum(head: &[u8], entries: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(entries);
    hasher.finalize()
}

/// Reads the records of a file up to the first that is invalid or has another salt.
fn read(bytes: &[u8]) -> Option<CommitRun> {
    let mut rest = bytes;
    let (salt, first) = record(&mut rest)?.numbers;
    let mut run = CommitRun {
        first,
        last: first - 1,
        entries: Entries::new(),
    };
    rest = bytes;
    while let Some(next) = record(&mut rest)
        && next.numbers == (salt, run.last + 1)
        && let Some(entries) = entries(next.entries)
    {
        run.last += 1;
        run.entries.extend(entries);
    }
    (run.last >= first).then_some(run)
}

struct RedoRecord<'b> {
    /// The salt and the number of the commit.
    numbers: (u64, u64),
    entries: &'b [u8],
}

fn record<'b>(rest: &mut &'b [u8]) -> Option<RedoRecord<'b>> {
    let (head, behind) = rest.split_first_chunk::<HEAD>()?;
    let long = |at: usize| Some(u64::from_be_bytes(head[at..at + 8].try_into().ok()?));
    let short = |at: usize| Some(u32::from_be_bytes(head[at..at + 4].try_into().ok()?));
    let (entries, behind) = behind.split_at_checked(short(16)? as usize)?;
    let numbers = (long(0)?, long(8).filter(|number| *number > 0)?);
    if short(20)? != sum(&head[..20], entries) {
        return None;
    }
    *rest = behind;
    Some(RedoRecord { numbers, entries })
}

fn entries(mut rest: &[u8]) -> Option<Entries> {
    let mut found = Entries::new();
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk()?;
        let (key, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
        let (length, behind) = behind.split_first_chunk()?;
        let length = u32::from_be_bytes(*length);
        let (value, behind) = if length == NO_VALUE {
            (None, behind)
        } else {
            let (value, behind) = behind.split_at_checked(length as usize)?;
            (Some(IVec::from(value)), behind)
        };
        found.insert(key.to_vec(), value);
        rest = behind;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries_of(commit: u64) -> Entries {
        let value = |length: usize| Some(IVec::from(vec![commit as u8; length]));
        [
            (vec![1], value(3)),
            (vec![2, commit as u8], value(500 * commit as usize)),
            (vec![3], commit.is_multiple_of(2).then(IVec::default)),
        ]
        .into()
    }

    fn write(redo: &mut RedoLog, commits: impl IntoIterator<Item = u64>) {
        for commit in commits {
            let entries = entries_of(commit);
            redo.write(commit, &entries, &Faults::default()).unwrap();
            redo.confirm();
        }
    }

    fn run(first: u64, last: u64) -> Option<CommitRun> {
        let entries = (first..=last).flat_map(entries_of).collect();
        Some(CommitRun {
            first,
            last,
            entries,
        })
    }

    fn found(folder: &Path, held: u64) -> Result<Option<CommitRun>, u64> {
        find(folder, held).unwrap()
    }

    #[test]
    fn confirmed_commits_are_found_until_the_tree_has_them() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "no file");
        let mut redo = RedoLog::begin(dir.path()).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "empty files");
        write(&mut redo, 1..=5);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 5)));
        assert_eq!(
            found(dir.path(), 3),
            Ok(run(1, 5)),
            "replaying twice is harmless"
        );
        assert_eq!(found(dir.path(), 5), Ok(None));
        drop(redo);
        RedoLog::begin(dir.path()).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "emptied");
    }

    #[test]
    fn an_unconfirmed_commit_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = RedoLog::begin(dir.path()).unwrap();
        write(&mut redo, 1..=2);
        redo.write(3, &entries_of(9), &Faults::default()).unwrap();
        redo.discard_unconfirmed().unwrap();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 2)));
        write(&mut redo, [3]);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 3)));
    }

    #[test]
    fn the_files_alternate() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = RedoLog::begin(dir.path()).unwrap();
        write(&mut redo, 1..=5);
        redo.switch_file();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 5)), "still being applied");
        write(&mut redo, 6..=7);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 7)));
        assert_eq!(found(dir.path(), 5), Ok(run(6, 7)));
        redo.switch_file();
        write(&mut redo, [8]);
        assert_eq!(
            found(dir.path(), 5),
            Ok(run(6, 8)),
            "the remains of 2 to 5 are not read"
        );
        assert_eq!(found(dir.path(), 4), Err(5));
    }

    #[test]
    fn a_changed_byte_ends_a_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = RedoLog::begin(dir.path()).unwrap();
        write(&mut redo, 1..=3);
        let path = dir.path().join("a");
        let mut good = std::fs::read(&path).unwrap();
        good.truncate(redo.end as usize);
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let found = found(dir.path(), 0).unwrap();
            let last = found.as_ref().map_or(0, |run| run.last);
            assert!(last < 3, "the change of byte {at} was not noticed");
            assert_eq!(found, run(1, last).filter(|_| last > 0));
        }
    }

    #[test]
    fn content_that_imitates_a_record_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = RedoLog::begin(dir.path()).unwrap();
        write(&mut redo, [1]);
        // The next write was torn just before content that imitates a record.
        let forged = encode(redo.salt ^ 1, 2, &entries_of(2)).unwrap();
        redo.files[0].write_all_at(&forged, redo.end).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 1)));
    }
}
