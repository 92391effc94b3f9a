//! Checksums of the store's files, written at a clean shutdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
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
    /// SHA-256 of the file.
    file: String,
    /// The truncated SHA-256 hashes of the blocks, concatenated.
    blocks: String,
}

impl ChecksumManifest {
    /// Hashes the files below `folder`.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut found = BTreeMap::new();
        for path in files(folder)? {
            let name = path.strip_prefix(folder).unwrap_or(&path);
            found.insert(name.to_string_lossy().into_owned(), Hashes::of(&path)?);
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

    /// Checks that the files below `folder` are unchanged.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] names the first changed file, the position and the records there.
    pub fn compare(&self, folder: &Path) -> Result<(), StoreError> {
        let found = Self::of(folder).map_err(StoreError::unavailable)?;
        let names: BTreeSet<&String> = self.0.keys().chain(found.0.keys()).collect();
        for name in names {
            let what = || format!("file store/{name}");
            match (self.0.get(name), found.0.get(name)) {
                (Some(then), Some(now)) if then == now => {}
                (Some(then), Some(now)) => {
                    let reason = explain(&folder.join(name), then.first_other(now));
                    return Err(StoreError::damaged(what(), reason));
                }
                (Some(_), None) => return Err(StoreError::damaged(what(), "it is missing")),
                (None, _) => {
                    let reason = "it was not there when the store was closed";
                    return Err(StoreError::damaged(what(), reason));
                }
            }
        }
        Ok(())
    }
}

impl Hashes {
    fn of(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let (mut whole, mut blocks) = (Sha256::new(), String::new());
        loop {
            let mut stretch = Vec::with_capacity(STRETCH);
            let read = Read::take(&file, STRETCH as u64).read_to_end(&mut stretch)?;
            for block in stretch.chunks(BLOCK) {
                blocks.push_str(&hex::encode(Sha256::digest(block))[..DIGITS]);
            }
            whole.update(&stretch);
            if read < STRETCH {
                let file = hex::encode(whole.finalize());
                return Ok(Self { file, blocks });
            }
        }
    }

    /// Returns the offset of the first block that differs.
    fn first_other(&self, now: &Self) -> usize {
        let pairs = self.blocks.as_bytes().chunks(DIGITS);
        let mut now = now.blocks.as_bytes().chunks(DIGITS);
        pairs.take_while(|block| now.next() == Some(*block)).count() * BLOCK
    }
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
