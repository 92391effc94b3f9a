//! The ZIP as it is written: the same files give the same bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use lectern_base::Hash;

use super::contents::SUMS;

/// A ZIP that is being written, and the sums of what is in it.
pub(super) struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    sums: BTreeMap<String, Hash>,
}

impl Archive {
    /// Begins one in an empty file.
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

    /// Adds a file that does not get smaller, such as a picture.
    pub fn put_as_it_is(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.sums.insert(name.to_owned(), Hash::of(bytes));
        self.write(name, bytes, CompressionMethod::Stored)
    }

    /// Adds the manifest of what there is by now, as `sha256sum -c` reads it; returns its hash.
    pub fn put_sums(&mut self) -> io::Result<Hash> {
        let lines = self.sums.iter();
        let text: String = lines
            .map(|(name, hash)| format!("{hash}  {name}\n"))
            .collect();
        self.write(SUMS, text.as_bytes(), CompressionMethod::Deflated)?;
        Ok(Hash::of(text.as_bytes()))
    }

    /// Adds the last file, which the manifest does not name, and ends the ZIP; gives the file back at
    /// its beginning.
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
        // No clock and no umask: what is in it alone makes its bytes.
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
        archive.put_as_it_is("a.png", b"\x89PNG").unwrap();
        archive.put_sums().unwrap();
        let mut bytes = Vec::new();
        let mut file = archive.finish("export.json", b"{}").unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_same_files_give_the_same_bytes_and_a_manifest_in_order() {
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
