//! Writes the ZIP reproducibly: the same files give the same bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use lectern_base::Hash;
use lectern_pack::SUMS;

/// A ZIP that is being written, and the hashes of its files.
pub(crate) struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    sums: BTreeMap<String, Hash>,
}

impl Archive {
    /// Creates a ZIP in an empty file.
    pub fn new(file: File) -> Self {
        Self {
            zip: ZipWriter::new(BufWriter::new(file)),
            sums: BTreeMap::new(),
        }
    }

    /// Adds a file.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.sums.insert(name.to_owned(), Hash::of(bytes));
        self.write(name, bytes, CompressionMethod::Deflated)
    }

    /// Adds a file without compression, for formats that are compressed already.
    pub fn put_stored(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.sums.insert(name.to_owned(), Hash::of(bytes));
        self.write(name, bytes, CompressionMethod::Stored)
    }

    /// Adds the manifest of all files so far, in the format of `sha256sum`; returns its hash.
    pub fn put_sums(&mut self) -> io::Result<Hash> {
        let lines = self.sums.iter();
        let text: String = lines
            .map(|(name, hash)| format!("{hash}  {name}\n"))
            .collect();
        self.write(SUMS, text.as_bytes(), CompressionMethod::Deflated)?;
        Ok(Hash::of(text.as_bytes()))
    }

    /// Adds the last file, which the manifest does not list, and completes the ZIP. Returns it,
    /// positioned at its beginning.
    pub fn finish(mut self, name: &str, bytes: &[u8]) -> io::Result<File> {
        self.write(name, bytes, CompressionMethod::Deflated)?;
        let written = self.zip.finish()?;
        let mut file = written
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    fn write(&mut self, name: &str, bytes: &[u8], how: CompressionMethod) -> io::Result<()> {
        // A fixed time and fixed permissions keep the bytes reproducible.
        let options = SimpleFileOptions::default()
            .compression_method(how)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(name, options)?;
        self.zip.write_all(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn written() -> Vec<u8> {
        let mut archive = Archive::new(tempfile::tempfile().unwrap());
        archive.put("b/größe.txt", b"words").unwrap();
        archive.put_stored("a.png", b"\x89PNG").unwrap();
        archive.put_sums().unwrap();
        let mut bytes = Vec::new();
        let mut file = archive.finish("export.json", b"{}").unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_zip_is_reproducible_and_its_manifest_is_sorted() {
        let bytes = written();
        assert_eq!(bytes, written());
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut sums = String::new();
        let mut file = zip.by_name(SUMS).unwrap();
        file.read_to_string(&mut sums).unwrap();
        let names: Vec<_> = sums.lines().map(|line| &line[66..]).collect();
        assert_eq!(names, ["a.png", "b/größe.txt"]);
        assert!(sums.starts_with(&Hash::of(b"\x89PNG").to_string()));
    }
}
