//! The redo log: groups that are on disk and do not lie in the tree yet.
//!
//! sled rewrites whole pages for every few entries, so it gets many at once. Until then they are
//! here: a commit is one write and one sync of one file. Two files take turns: while the entries of
//! one are moved into the tree, groups go into the other. A start moves what it finds.
//!
//! A record of a file is its head, then the entries: length of the key (2 bytes), key, length of
//! the value (4 bytes, all ones for no value), value. All integers are big-endian. The head is the
//! salt of the turn, the number of the commit (8 bytes each), the length of the entries and the
//! CRC-32 of everything else (4 bytes each). The salt is drawn anew at each turn: what is left of
//! earlier turns behind the last record never reads as one, whatever people have written.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sled::IVec;

use super::fault::{FaultPoint, Faults};
use super::view::Entries;

/// Bytes of a file from the beginning: overwriting takes two thirds of the time of growing.
const ROOM: usize = 1 << 20;
/// Bytes before the entries of a record.
const HEAD: usize = 24;
/// Stands for the length of a value that is none.
const NO_VALUE: u32 = u32::MAX;
const NAMES: [&str; 2] = ["a", "b"];

/// The files that groups are written to.
pub struct Redo {
    files: [File; 2],
    /// Which of them is written to, from where, under which salt.
    current: usize,
    end: u64,
    salt: u64,
    /// Bytes that were written last and are not kept yet.
    written: u64,
}

impl Redo {
    /// Makes both files empty: everything that was in them lies in the tree.
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

    /// Writes the entries of a commit behind those that are kept; they are on disk on return.
    ///
    /// Unless [`Redo::keep`] follows, the next takes their place.
    pub fn write(&mut self, commit: u64, entries: &Entries, faults: &Faults) -> io::Result<()> {
        let record = encode(self.salt, commit, entries)?;
        let file = &self.files[self.current];
        faults.strike(FaultPoint::BeforeWrite)?;
        file.write_all_at(&record, self.end)?;
        faults.strike(FaultPoint::AfterWrite)?;
        file.sync_data()?;
        self.written = record.len() as u64;
        Ok(())
    }

    /// Keeps what was written last.
    pub fn keep(&mut self) {
        self.end += std::mem::take(&mut self.written);
    }

    /// Takes back what was written and is not kept, as much of it as there is: no start finds it.
    pub fn take_back(&mut self) -> io::Result<()> {
        let file = &self.files[self.current];
        file.write_all_at(&[0; HEAD], self.end)?;
        file.sync_data()
    }

    /// Tells whether it is time to move what was written into the tree.
    pub fn is_full(&self) -> bool {
        self.end >= ROOM as u64
    }

    /// Goes on in the other file, from its beginning: what it held must lie in the tree.
    pub fn turn(&mut self) {
        self.current = 1 - self.current;
        self.end = 0;
        self.salt = rand::random();
    }
}

/// Removes the files of a store that is closed: everything in them lies in the tree.
pub fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Commits that follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The number of the first.
    pub first: u64,
    /// The number of the last.
    pub last: u64,
    /// What all of them leave under each key.
    pub entries: Entries,
}

/// Reads what has to be moved into a tree that holds everything up to commit `held`; nothing when
/// that is all there is.
///
/// # Errors
/// The number of the first commit that is missing between the two.
pub fn find(folder: &Path, held: u64) -> io::Result<Result<Option<Run>, u64>> {
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

/// Reads the records of a file until the first that is none of its turn.
fn read(bytes: &[u8]) -> Option<Run> {
    let mut rest = bytes;
    let (salt, first) = record(&mut rest)?.numbers;
    let mut run = Run {
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

struct Record<'b> {
    /// The salt and the number of the commit.
    numbers: (u64, u64),
    entries: &'b [u8],
}

fn record<'b>(rest: &mut &'b [u8]) -> Option<Record<'b>> {
    let (head, behind) = rest.split_first_chunk::<HEAD>()?;
    let long = |at: usize| Some(u64::from_be_bytes(head[at..at + 8].try_into().ok()?));
    let short = |at: usize| Some(u32::from_be_bytes(head[at..at + 4].try_into().ok()?));
    let (entries, behind) = behind.split_at_checked(short(16)? as usize)?;
    let numbers = (long(0)?, long(8).filter(|number| *number > 0)?);
    if short(20)? != sum(&head[..20], entries) {
        return None;
    }
    *rest = behind;
    Some(Record { numbers, entries })
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

    fn write(redo: &mut Redo, commits: impl IntoIterator<Item = u64>) {
        for commit in commits {
            let entries = entries_of(commit);
            redo.write(commit, &entries, &Faults::default()).unwrap();
            redo.keep();
        }
    }

    fn run(first: u64, last: u64) -> Option<Run> {
        let entries = (first..=last).flat_map(entries_of).collect();
        Some(Run {
            first,
            last,
            entries,
        })
    }

    fn found(folder: &Path, held: u64) -> Result<Option<Run>, u64> {
        find(folder, held).unwrap()
    }

    #[test]
    fn what_was_kept_is_found_until_the_tree_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "no file");
        let mut redo = Redo::begin(dir.path()).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "nothing in them");
        write(&mut redo, 1..=5);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 5)));
        assert_eq!(found(dir.path(), 3), Ok(run(1, 5)), "twice does no harm");
        assert_eq!(found(dir.path(), 5), Ok(None));
        drop(redo);
        Redo::begin(dir.path()).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(None), "emptied");
    }

    #[test]
    fn what_was_not_kept_gives_way() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = Redo::begin(dir.path()).unwrap();
        write(&mut redo, 1..=2);
        redo.write(3, &entries_of(9), &Faults::default()).unwrap();
        redo.take_back().unwrap();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 2)));
        write(&mut redo, [3]);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 3)));
    }

    #[test]
    fn the_files_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = Redo::begin(dir.path()).unwrap();
        write(&mut redo, 1..=5);
        redo.turn();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 5)), "still being moved");
        write(&mut redo, 6..=7);
        assert_eq!(found(dir.path(), 0), Ok(run(1, 7)));
        assert_eq!(found(dir.path(), 5), Ok(run(6, 7)));
        redo.turn();
        write(&mut redo, [8]);
        assert_eq!(
            found(dir.path(), 5),
            Ok(run(6, 8)),
            "what is left of 2 to 5 is not read"
        );
        assert_eq!(found(dir.path(), 4), Err(5));
    }

    #[test]
    fn a_changed_byte_ends_a_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = Redo::begin(dir.path()).unwrap();
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
            assert!(last < 3, "byte {at} was not missed");
            assert_eq!(found, run(1, last).filter(|_| last > 0));
        }
    }

    #[test]
    fn a_record_in_what_somebody_wrote_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut redo = Redo::begin(dir.path()).unwrap();
        write(&mut redo, [1]);
        // What was written next is torn just before a record that somebody typed.
        let forged = encode(redo.salt ^ 1, 2, &entries_of(2)).unwrap();
        redo.files[0].write_all_at(&forged, redo.end).unwrap();
        assert_eq!(found(dir.path(), 0), Ok(run(1, 1)));
    }
}
