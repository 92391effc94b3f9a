//! A pack as it came: every file is checked against the manifest before anything is believed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;
use zip::ZipArchive;
use zip::result::ZipError;

use lectern_base::Hash;

use super::PackError;
use super::contents::{CONTENTS, EXPORT, SUMS};
use super::kept::read_sums;

/// Files at most.
const MOST_FILES: usize = 1_000_000;
/// Bytes of one file at most, unpacked.
const LARGEST: u64 = 256 << 20;
/// How many times larger than the ZIP all files may be together, and how large in any case.
const UNFOLDS: u64 = 200;
const SMALL: u64 = 64 << 20;

/// A pack whose files are what its manifest says.
pub(super) struct Opened {
    zip: ZipArchive<BufReader<File>>,
    pub sums: BTreeMap<String, Hash>,
    /// The hash of the manifest.
    pub manifest: Hash,
    pub manifest_text: Vec<u8>,
}

impl Opened {
    /// Opens a pack and checks all of it.
    ///
    /// # Errors
    /// The first file that is not as it should be.
    pub fn open(path: &Path) -> Result<Self, PackError> {
        let unreadable = |cause: std::io::Error| PackError::Unreadable(cause.to_string());
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
                return Err(PackError::NoPack(needed));
            }
        }
        pack.manifest_text = pack.unpack(SUMS)?;
        pack.manifest = Hash::of(&pack.manifest_text);
        let sums = read_sums(&pack.manifest_text);
        pack.sums = sums.ok_or_else(|| PackError::wrong(SUMS, "a line of it cannot be read"))?;
        let listed =
            |name: &String| [SUMS, EXPORT].contains(&name.as_str()) || pack.sums.contains_key(name);
        if let Some(name) = names.iter().find(|name| !listed(name)) {
            return Err(PackError::Unlisted(name.clone()));
        }
        for name in pack.sums.keys().cloned().collect::<Vec<_>>() {
            pack.read(&name)?;
        }
        Ok(pack)
    }

    /// Returns a file that is what the manifest says.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, PackError> {
        let hash = self.sums.get(name).copied();
        let hash = hash.ok_or_else(|| PackError::Unlisted(name.to_owned()))?;
        let bytes = self.unpack(name)?;
        match Hash::of(&bytes) == hash {
            true => Ok(bytes),
            false => Err(PackError::Changed(name.to_owned())),
        }
    }

    /// Reads a file as JSON.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, PackError> {
        let bytes = self.read(name)?;
        serde_json::from_slice(&bytes).map_err(|cause| PackError::wrong(name, cause))
    }

    /// Tells whether the manifest names a file.
    pub fn has(&self, name: &str) -> bool {
        self.sums.contains_key(name)
    }

    /// The names of all files, none of which leads out of the pack, and all of which fit.
    fn names(&mut self, size: u64) -> Result<Vec<String>, PackError> {
        if self.zip.len() > MOST_FILES {
            let what = format!("it holds more than {MOST_FILES} files");
            return Err(too_large("the whole", what));
        }
        let most = SMALL.max(size.saturating_mul(UNFOLDS));
        let mut left = most;
        let mut names = Vec::with_capacity(self.zip.len());
        for number in 0..self.zip.len() {
            let file = self.zip.by_index_raw(number).map_err(broken)?;
            let name = file.name().map_err(broken)?.into_owned();
            if !is_inside(&name) || file.is_symlink() || file.encrypted() {
                return Err(PackError::BadName(name));
            }
            if file.size() > LARGEST {
                let what = format!("a file has at most {LARGEST} bytes");
                return Err(too_large(&name, what));
            }
            let rest = left.checked_sub(file.size());
            let what = || format!("all files together have at most {most} bytes");
            left = rest.ok_or_else(|| too_large("the whole", what()))?;
            names.push(name);
        }
        Ok(names)
    }

    /// Unpacks a file, and no more than its size says.
    fn unpack(&mut self, name: &str) -> Result<Vec<u8>, PackError> {
        let file = match self.zip.by_name(name) {
            Err(ZipError::FileNotFound) => return Err(PackError::Missing(name.to_owned())),
            file => file.map_err(broken)?,
        };
        let size = file.size();
        let mut bytes = Vec::new();
        let read = file.take(size + 1).read_to_end(&mut bytes);
        match read {
            Ok(_) if bytes.len() as u64 == size => Ok(bytes),
            Ok(_) => Err(too_large(name, "it is larger than it says".to_owned())),
            // What does not unpack has another sum as well.
            Err(_) => Err(PackError::Changed(name.to_owned())),
        }
    }
}

/// Tells whether a name is that of a file inside a folder, on every system.
fn is_inside(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let odd = |c: char| c.is_control() || c == '\\' || c == ':';
    !name.contains(odd) && name.split('/').all(plain)
}

fn too_large(file: &str, what: String) -> PackError {
    PackError::TooLarge {
        file: file.to_owned(),
        what,
    }
}

fn broken(cause: ZipError) -> PackError {
    PackError::Unreadable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_but_into_the_folder() {
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
