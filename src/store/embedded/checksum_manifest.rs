//! Checksums of the store's files, written at a clean shutdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fs::files;
use crate::StoreError;

/// Bytes per hashed block: few enough to name the records in a damaged one.
const BLOCK: usize = 4_096;
/// Bytes read at a time, a multiple of [`BLOCK`].
const STRETCH: usize = 256 * BLOCK;
/// Number of hexadecimal digits stored of a block's hash.
const DIGITS: usize = 16;
/// sled's log: the file that grows.
const LOG: &str = "db";
/// Number of blocks in a segment of sled's log.
const SEGMENT: usize = 512 * 1024 / BLOCK;
/// The start of every record (see [`Table`](crate::Table)).
const RECORD: &[u8] = br#"{"v":1,"r":"#;
/// Fields that identify a record.
const MARKS: [&str; 2] = ["\"seq\":", "\"id\":"];

/// The hashes of the store's files by relative path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChecksumManifest(BTreeMap<String, Hashes>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Hashes {
    /// The truncated SHA-256 hashes of the blocks, concatenated.
    blocks: String,
    /// The segments that were written since the store was opened the time before, as ranges of
    /// blocks without their ends; missing if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recent: Option<Vec<(usize, usize)>>,
}

impl ChecksumManifest {
    /// Hashes the files below `folder`.
    pub fn of(folder: &Path) -> io::Result<Self> {
        Self::of_all_but(None, folder)
    }

    fn of_all_but(left_out: Option<&str>, folder: &Path) -> io::Result<Self> {
        let mut found = BTreeMap::new();
        for path in files(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path);
            let name = name.to_string_lossy().into_owned();
            if left_out != Some(&name) {
                found.insert(name, Hashes::of(&path)?);
            }
        }
        Ok(Self(found))
    }

    /// Reads a manifest if there is one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the file is not a manifest.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Ok(text) = fs::read(path) else {
            return Ok(None);
        };
        match serde_json::from_slice(&text) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(error) => Err(StoreError::damaged("the seal of the store", error)),
        }
    }

    /// Writes the manifest atomically.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let temporary = path.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    }

    /// Notes what was written since the store was opened, when it was as `before` says.
    pub fn since(mut self, before: Option<&Self>) -> Self {
        if let Some(then) = before.and_then(|before| before.0.get(LOG))
            && let Some(now) = self.0.get_mut(LOG)
        {
            let written = now.segments_since(then);
            // A session that wrote nothing leaves to the next what it found itself.
            now.recent = match written.is_empty() {
                true => then.recent.clone(),
                false => Some(written),
            };
        }
        self
    }

    /// Like [`ChecksumManifest::compare`], but of sled's log it reads only what was written since
    /// the store was opened the time before.
    ///
    /// When sled opens a store, it notes where each page is. The next time it reads the log from the
    /// segment on that was last written then, and only that can it mistake for a torn write: it
    /// overwrites the rest of a segment from the first message that it cannot read. An older page
    /// that cannot be read is an error when it is needed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first changed file, the position and the records there.
    pub fn compare_recent(&self, folder: &Path) -> Result<(), StoreError> {
        let (path, log) = (folder.join(LOG), self.0.get(LOG));
        let Some((log, recent)) = log.and_then(|log| Some((log, log.recent.as_ref()?))) else {
            return self.compare(folder);
        };
        let other = log.first_recent_other(&path, recent);
        if let Some(at) = other.map_err(StoreError::unavailable)? {
            return Err(StoreError::damaged(what(LOG), explain(&path, at)));
        }
        let found = Self::of_all_but(Some(LOG), folder).map_err(StoreError::unavailable)?;
        let mut rest = self.clone();
        rest.0.remove(LOG);
        rest.compare_with(&found, folder)
    }

    /// Checks that the files below `folder` are unchanged.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first changed file, the position and the records there.
    pub fn compare(&self, folder: &Path) -> Result<(), StoreError> {
        let found = Self::of(folder).map_err(StoreError::unavailable)?;
        self.compare_with(&found, folder)
    }

    fn compare_with(&self, found: &Self, folder: &Path) -> Result<(), StoreError> {
        let names: BTreeSet<&String> = self.0.keys().chain(found.0.keys()).collect();
        for name in names {
            match (self.0.get(name), found.0.get(name)) {
                (Some(then), Some(now)) if then.blocks == now.blocks => {}
                (Some(then), Some(now)) => {
                    let reason = explain(&folder.join(name), then.first_other(now));
                    return Err(StoreError::damaged(what(name), reason));
                }
                (Some(_), None) => return Err(StoreError::damaged(what(name), "it is missing")),
                (None, _) => {
                    let reason = "it was not there when the store was closed";
                    return Err(StoreError::damaged(what(name), reason));
                }
            }
        }
        Ok(())
    }
}

impl Hashes {
    fn of(path: &Path) -> io::Result<Self> {
        let blocks = hash_blocks(&File::open(path)?)?;
        Ok(Self {
            blocks,
            recent: None,
        })
    }

    /// Returns the hash of a block.
    fn block(&self, number: usize) -> Option<&str> {
        self.blocks.get(number * DIGITS..(number + 1) * DIGITS)
    }

    /// Returns the segments that differ from those of `before`.
    fn segments_since(&self, before: &Self) -> Vec<(usize, usize)> {
        let blocks = self.blocks.len() / DIGITS;
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for start in (0..blocks).step_by(SEGMENT) {
            let end = blocks.min(start + SEGMENT);
            if (start..end).all(|number| self.block(number) == before.block(number)) {
                continue;
            }
            match ranges.last_mut() {
                Some((_, last)) if *last == start => *last = end,
                _ => ranges.push((start, end)),
            }
        }
        ranges
    }

    /// Compares the recent blocks with those of a file; returns the offset of a block that differs.
    fn first_recent_other(
        &self,
        path: &Path,
        recent: &[(usize, usize)],
    ) -> io::Result<Option<usize>> {
        let mut file = File::open(path)?;
        let blocks = self.blocks.len() / DIGITS;
        let found = file.metadata()?.len().div_ceil(BLOCK as u64);
        if found != blocks as u64 {
            let shorter = blocks.min(usize::try_from(found).unwrap_or(usize::MAX));
            return Ok(Some(shorter * BLOCK));
        }
        for (start, end) in recent {
            file.seek(io::SeekFrom::Start((start * BLOCK) as u64))?;
            let stretch = Read::take(&file, ((end - start) * BLOCK) as u64);
            let now = Self {
                blocks: hash_blocks(stretch)?,
                recent: None,
            };
            let other = (*start..*end).find(|at| self.block(*at) != now.block(at - start));
            if let Some(other) = other {
                return Ok(Some(other * BLOCK));
            }
        }
        Ok(None)
    }

    /// Returns the offset of the first block that differs.
    fn first_other(&self, now: &Self) -> usize {
        let pairs = self.blocks.as_bytes().chunks(DIGITS);
        let mut now = now.blocks.as_bytes().chunks(DIGITS);
        pairs.take_while(|block| now.next() == Some(*block)).count() * BLOCK
    }
}

/// Returns the truncated hashes of the blocks of a file.
fn hash_blocks(mut file: impl Read) -> io::Result<String> {
    let mut blocks = String::new();
    loop {
        let mut stretch = Vec::with_capacity(STRETCH);
        let read = file
            .by_ref()
            .take(STRETCH as u64)
            .read_to_end(&mut stretch)?;
        for block in stretch.chunks(BLOCK) {
            blocks.push_str(&hex::encode(Sha256::digest(block))[..DIGITS]);
        }
        if read < STRETCH {
            return Ok(blocks);
        }
    }
}

fn what(name: &str) -> String {
    format!("file store/{name}")
}

/// Describes the changed position and the records there, by their identifiers only.
fn explain(path: &Path, at: usize) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let named = records_at(&bytes, at);
    let place = format!("at byte {at} it is not what it was when the store was closed");
    match named.is_empty() {
        true => place,
        false => format!("{place}; the records there have {}", named.join(", ")),
    }
}

/// Returns the identifying fields of the records that overlap the block at `at`.
fn records_at(bytes: &[u8], at: usize) -> Vec<String> {
    let starts = bytes.windows(RECORD.len()).enumerate();
    let starts: Vec<usize> = starts
        .filter(|(_, window)| *window == RECORD)
        .map(|(start, _)| start)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let mut named = Vec::new();
    for (start, end) in starts.iter().copied().zip(ends) {
        if start < at + BLOCK && end > at {
            let text = String::from_utf8_lossy(&bytes[start..end.min(start + BLOCK)]);
            let mark = MARKS.iter().find_map(|mark| marked(&text, mark));
            named.extend(mark.filter(|mark| !named.contains(mark)));
        }
    }
    named
}

/// Returns `mark` with the value that follows it.
fn marked(text: &str, mark: &str) -> Option<String> {
    let value = text.split_once(mark)?.1;
    let end = value.find([',', '}'])?;
    Some(format!("{mark}{}", &value[..end.min(40)])).filter(|found| found.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_named_with_the_records_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let record = |seq: u32| format!(r#"{{"v":1,"r":{{"seq":{seq},"deed":"{:x>900}"}}}}"#, "");
        let mut bytes: Vec<u8> = (1..40).flat_map(|seq| record(seq).into_bytes()).collect();
        fs::write(&path, &bytes).unwrap();
        let manifest = ChecksumManifest::of(dir.path()).unwrap();
        manifest.compare(dir.path()).unwrap();
        let tenth = String::from_utf8_lossy(&bytes)
            .find(r#""seq":10,"#)
            .unwrap();
        bytes[tenth + 40] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let found = manifest.compare(dir.path()).unwrap_err().to_string();
        assert!(
            found.contains("file store/db") && found.contains(r#""seq":10"#),
            "{found}"
        );
        assert!(
            !found.contains(r#""seq":20"#) && !found.contains("deed"),
            "{found}"
        );
        fs::remove_file(&path).unwrap();
        let found = manifest.compare(dir.path()).unwrap_err().to_string();
        assert!(found.contains("it is missing"), "{found}");
    }

    #[test]
    fn what_was_written_last_is_compared_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(LOG);
        let mut bytes = vec![1; (4 * SEGMENT + 1) * BLOCK + 7];
        fs::write(&path, &bytes).unwrap();
        let before = ChecksumManifest::of(dir.path()).unwrap();
        for block in [SEGMENT + 3, 2 * SEGMENT, 4 * SEGMENT + 1] {
            bytes[block * BLOCK] = 2;
        }
        bytes.extend([1; BLOCK]);
        fs::write(&path, &bytes).unwrap();
        let now = || ChecksumManifest::of(dir.path()).unwrap();
        let manifest = now().since(Some(&before));
        let recent = manifest.0[LOG].recent.clone().unwrap();
        let expected = [(SEGMENT, 3 * SEGMENT), (4 * SEGMENT, 4 * SEGMENT + 3)];
        assert_eq!(recent, expected);
        manifest.compare_recent(dir.path()).unwrap();
        let idle = now().since(Some(&manifest));
        assert_eq!(idle.0[LOG].recent.as_deref(), Some(&expected[..]));
        for (block, is_recent) in [
            (SEGMENT - 1, false),
            (SEGMENT, true),
            (SEGMENT + 3, true),
            (3 * SEGMENT, false),
            (4 * SEGMENT, true),
            (4 * SEGMENT + 2, true),
        ] {
            let mut other = bytes.clone();
            other[block * BLOCK + 1] ^= 4;
            fs::write(&path, &other).unwrap();
            assert_eq!(manifest.compare_recent(dir.path()).is_err(), is_recent);
            assert!(manifest.compare(dir.path()).is_err());
            assert!(before.compare_recent(dir.path()).is_err(), "all of it");
        }
        fs::write(&path, &bytes[..bytes.len() - BLOCK]).unwrap();
        assert!(manifest.compare_recent(dir.path()).is_err(), "too short");
        fs::write(&path, &bytes).unwrap();
        fs::write(dir.path().join("conf"), "x").unwrap();
        assert!(manifest.compare_recent(dir.path()).is_err(), "a new file");
    }

    #[test]
    fn a_manifest_of_an_earlier_release_is_read() {
        let text = r#"{"db": {"file": "00", "blocks": "0123456789abcdef"}}"#;
        let manifest: ChecksumManifest = serde_json::from_str(text).unwrap();
        assert_eq!(manifest.0[LOG].recent, None);
    }

    #[test]
    fn a_manifest_round_trips_and_a_torn_one_is_damage() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("store")).unwrap();
        fs::write(dir.path().join("store/db"), "x").unwrap();
        let (manifest, path) = (
            ChecksumManifest::of(&dir.path().join("store")).unwrap(),
            dir.path().join("seal"),
        );
        assert_eq!(ChecksumManifest::read(&path).unwrap(), None);
        manifest.write(&path).unwrap();
        assert_eq!(ChecksumManifest::read(&path).unwrap(), Some(manifest));
        fs::write(&path, "{").unwrap();
        assert!(ChecksumManifest::read(&path).is_err());
    }
}
