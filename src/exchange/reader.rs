//! Reads a pack: every file is verified against the manifest before any is used.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;
use zip::ZipArchive;
use zip::result::ZipError;

use lectern_base::Hash;
use lectern_pack::{CONTENTS, EXPORT, SUMS, read_sums};

use crate::ExchangeError;

/// The maximum number of files.
const MAX_FILES: usize = 1_000_000;
/// The maximum size of one unpacked file.
const MAX_FILE_BYTES: u64 = 256 << 20;
/// The maximum ratio of all unpacked files to the size of the ZIP.
const MAX_RATIO: u64 = 200;
/// The total size that is accepted at any ratio.
const ANY_RATIO_BYTES: u64 = 64 << 20;

/// A pack whose files match its manifest.
pub(crate) struct PackReader {
    zip: ZipArchive<BufReader<File>>,
    pub sums: BTreeMap<String, Hash>,
    /// The hash of the manifest.
    pub manifest: Hash,
    pub manifest_text: Vec<u8>,
}

impl PackReader {
    /// Opens a pack and verifies all of its files.
    ///
    /// # Errors
    /// The first file that is missing, unlisted, changed or too large.
    pub fn open(path: &Path) -> Result<Self, ExchangeError> {
        let unreadable = |cause: std::io::Error| ExchangeError::Unreadable(cause.to_string());
        let file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        let zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        let mut pack = Self {
            zip,
            sums: BTreeMap::new(),
            manifest: Hash::ZERO,
            manifest_text: Vec::new(),
        };
        let names = pack.names(size)?;
        for needed in [SUMS, CONTENTS] {
            if !names.iter().any(|name| name == needed) {
                return Err(ExchangeError::NoPack(needed));
            }
        }
        pack.manifest_text = pack.unpack(SUMS)?;
        pack.manifest = Hash::of(&pack.manifest_text);
        let sums = read_sums(&pack.manifest_text);
        pack.sums =
            sums.ok_or_else(|| ExchangeError::wrong(SUMS, "a line of it cannot be read"))?;
        let listed =
            |name: &String| [SUMS, EXPORT].contains(&name.as_str()) || pack.sums.contains_key(name);
        if let Some(name) = names.iter().find(|name| !listed(name)) {
            return Err(ExchangeError::Unlisted(name.clone()));
        }
        for name in pack.sums.keys().cloned().collect::<Vec<_>>() {
            pack.read(&name)?;
        }
        Ok(pack)
    }

    /// Reads a file and verifies its hash.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, ExchangeError> {
        let hash = self.sums.get(name).copied();
        let hash = hash.ok_or_else(|| ExchangeError::Unlisted(name.to_owned()))?;
        let bytes = self.unpack(name)?;
        match Hash::of(&bytes) == hash {
            true => Ok(bytes),
            false => Err(ExchangeError::Changed(name.to_owned())),
        }
    }

    /// Reads a file as JSON.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, ExchangeError> {
        let bytes = self.read(name)?;
        serde_json::from_slice(&bytes).map_err(|cause| ExchangeError::wrong(name, cause))
    }

    /// Returns whether the manifest lists a file.
    pub fn has(&self, name: &str) -> bool {
        self.sums.contains_key(name)
    }

    /// Returns the names of all files, after checking names and sizes.
    fn names(&mut self, size: u64) -> Result<Vec<String>, ExchangeError> {
        if self.zip.len() > MAX_FILES {
            let what = format!("it holds more than {MAX_FILES} files");
            return Err(too_large("the whole", what));
        }
        let most = ANY_RATIO_BYTES.max(size.saturating_mul(MAX_RATIO));
        let mut left = most;
        let mut names = Vec::with_capacity(self.zip.len());
        for number in 0..self.zip.len() {
            let file = self.zip.by_index_raw(number).map_err(broken)?;
            let name = file.name().map_err(broken)?.into_owned();
            if !is_inside(&name) || file.is_symlink() || file.encrypted() {
                return Err(ExchangeError::BadName(name));
            }
            if file.size() > MAX_FILE_BYTES {
                let what = format!("a file has at most {MAX_FILE_BYTES} bytes");
                return Err(too_large(&name, what));
            }
            let rest = left.checked_sub(file.size());
            let what = || format!("all files together have at most {most} bytes");
            left = rest.ok_or_else(|| too_large("the whole", what()))?;
            names.push(name);
        }
        Ok(names)
    }

    /// Unpacks a file, up to its declared size.
    fn unpack(&mut self, name: &str) -> Result<Vec<u8>, ExchangeError> {
        let file = match self.zip.by_name(name) {
            Err(ZipError::FileNotFound) => return Err(ExchangeError::Missing(name.to_owned())),
            file => file.map_err(broken)?,
        };
        let size = file.size();
        let mut bytes = Vec::new();
        let read = file.take(size + 1).read_to_end(&mut bytes);
        match read {
            Ok(_) if bytes.len() as u64 == size => Ok(bytes),
            Ok(_) => Err(too_large(name, "it is larger than it says".to_owned())),
            // A file that cannot be decompressed does not have the listed hash, either.
            Err(_) => Err(ExchangeError::Changed(name.to_owned())),
        }
    }
}

/// Returns whether a name stays inside its folder on every operating system.
fn is_inside(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let odd = |c: char| c.is_control() || c == '\\' || c == ':';
    !name.contains(odd) && name.split('/').all(plain)
}

fn too_large(file: &str, what: String) -> ExchangeError {
    ExchangeError::TooLarge {
        file: file.to_owned(),
        what,
    }
}

fn broken(cause: ZipError) -> ExchangeError {
    ExchangeError::Unreadable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for good in ["a", "articles/größe/versions/1.0/content.json", "a b/c"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "C:\\x",
            "c:/x",
            "a\\..\\b",
            "./a",
            "a\nb",
        ] {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
