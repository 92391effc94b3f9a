//! File types, detected from content.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipResult;

/// A file type that an article may have attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// The media type (RFC 6838).
    pub media_type: &'static str,
    /// The file name extension.
    pub extension: &'static str,
    /// Whether a browser may display it inline; other types are downloaded.
    pub shown: bool,
}

const fn kind(media_type: &'static str, extension: &'static str, shown: bool) -> FileKind {
    FileKind {
        media_type,
        extension,
        shown,
    }
}

/// A JPEG image.
pub(super) const JPEG: FileKind = kind("image/jpeg", "jpg", true);
/// A PNG image.
pub(super) const PNG: FileKind = kind("image/png", "png", true);
/// A GIF image.
pub(super) const GIF: FileKind = kind("image/gif", "gif", true);
/// A WebP image.
pub(super) const WEBP: FileKind = kind("image/webp", "webp", true);
const TEXT: FileKind = kind("text/plain", "txt", false);
const CSV: FileKind = kind("text/csv", "csv", false);
const ZIP: FileKind = kind("application/zip", "zip", false);

/// Begins the media type of each Office Open XML format.
const OOXML: &str = "application/vnd.openxmlformats-officedocument.";
/// Begins the media type of each OpenDocument format.
const OPEN_DOCUMENT: &str = "application/vnd.oasis.opendocument.";
/// The most bytes read of a file in a ZIP. A list of content types has about a hundred bytes per part.
const LONGEST_PART: u64 = 1 << 20;

/// All accepted types. Text types have no signature.
const KINDS: [FileKind; 20] = [
    JPEG,
    PNG,
    GIF,
    WEBP,
    TEXT,
    CSV,
    kind("application/pdf", "pdf", true),
    ZIP,
    kind("application/msword", "doc", false),
    kind("application/vnd.ms-excel", "xls", false),
    kind("application/vnd.ms-powerpoint", "ppt", false),
    kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        false,
    ),
    kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        false,
    ),
    kind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
        false,
    ),
    kind("application/vnd.oasis.opendocument.text", "odt", false),
    kind(
        "application/vnd.oasis.opendocument.spreadsheet",
        "ods",
        false,
    ),
    kind(
        "application/vnd.oasis.opendocument.presentation",
        "odp",
        false,
    ),
    kind("video/mp4", "mp4", false),
    kind("video/webm", "webm", false),
    kind("audio/mpeg", "mp3", false),
];

/// The accepted types, for error messages.
pub(super) const POSSIBLE: &str = "pictures (JPEG, PNG, WebP, GIF), PDF, documents of Office and \
     OpenDocument, text, CSV, ZIP, MP4, WebM and MP3";

impl FileKind {
    /// Detects the type of some bytes. The name only distinguishes CSV from other text.
    pub fn of(bytes: &[u8], name: &str) -> Option<Self> {
        if let Some(found) = infer::get(bytes) {
            let named = Self::named(found.mime_type());
            return named.map(|kind| kind.or_in_zip(bytes));
        }
        let text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        let csv = name.to_ascii_lowercase().ends_with(".csv");
        match (text && !bytes.is_empty(), csv) {
            (true, true) => Some(CSV),
            (true, false) => Some(TEXT),
            (false, _) => None,
        }
    }

    /// Returns the type with this media type.
    pub fn named(media_type: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.media_type == media_type)
    }

    /// Returns the type that a ZIP declares inside. The guess goes by the names of the first parts,
    /// but LibreOffice, python-docx and openpyxl order the parts of a document differently from Word.
    fn or_in_zip(self, bytes: &[u8]) -> Self {
        let office = [OOXML, OPEN_DOCUMENT].map(|start| self.media_type.starts_with(start));
        if self != ZIP && office == [false, false] {
            return self;
        }
        declared(bytes, self).unwrap_or(self)
    }

    /// Tells whether it is an image.
    pub fn is_picture(self) -> bool {
        self.media_type.starts_with("image/")
    }
}

/// Returns the type that the `mimetype` of an OpenDocument file (OpenDocument 1.3, part 2, 3.3) or
/// the `[Content_Types].xml` of an Office Open XML file (ECMA-376, part 2, 7.2.3) declares. A ZIP
/// with neither is only a ZIP; one that declares another format remains what it was guessed to be.
fn declared(bytes: &[u8], guess: FileKind) -> ZipResult<FileKind> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let mut part = |name: &str| {
        let mut text = Vec::new();
        let file = zip.by_name(name).ok()?;
        file.take(LONGEST_PART).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).to_ascii_lowercase())
    };
    if let Some(text) = part("mimetype") {
        return Ok(FileKind::named(text.trim()).unwrap_or(guess));
    }
    let Some(types) = part("[Content_Types].xml") else {
        return Ok(ZIP);
    };
    let main = |kind: &FileKind| {
        kind.media_type.starts_with(OOXML)
            && types.contains(&format!("{}.main+xml", kind.media_type))
    };
    Ok(KINDS.into_iter().find(main).unwrap_or(guess))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn kind_of(bytes: &[u8], name: &str) -> Option<&'static str> {
        FileKind::of(bytes, name).map(|kind| kind.media_type)
    }

    #[test]
    fn the_content_decides_regardless_of_the_name() {
        assert_eq!(kind_of(b"%PDF-1.7\n", "photo.png"), Some("application/pdf"));
        assert_eq!(kind_of(b"just words", "photo.png"), Some("text/plain"));
        assert_eq!(kind_of(b"a,b\n1,2", "Table.CSV"), Some("text/csv"));
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n", "x.txt"), Some("image/png"));
    }

    #[test]
    fn executable_files_are_refused() {
        assert_eq!(kind_of(b"MZ\x90\0\x03\0\0\0", "setup.pdf"), None);
        assert_eq!(kind_of(b"\x7fELF\x02\x01\x01\0", "x"), None);
        assert_eq!(kind_of(b"#!/bin/sh\nrm -r /", "x.txt"), None);
        assert_eq!(kind_of(b"<!DOCTYPE html><script>", "x.txt"), None);
        assert_eq!(kind_of(b"\x00\x01\x02", "x"), None);
        assert_eq!(kind_of(b"", "x"), None);
    }

    /// Makes a ZIP of parts in this order.
    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn types_of(main: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/\
             content-types\"><Default Extension=\"xlsx\" ContentType=\"{OOXML}spreadsheetml.sheet\"/>\
             <Override PartName=\"/main.xml\" ContentType=\"{main}.main+xml\"/></Types>"
        )
    }

    #[test]
    fn office_files_are_known_in_any_order_of_their_parts() {
        for (extension, folder, format) in [
            ("docx", "word", "wordprocessingml.document"),
            ("xlsx", "xl", "spreadsheetml.sheet"),
            ("pptx", "ppt", "presentationml.presentation"),
        ] {
            let media_type = format!("{OOXML}{format}");
            let types = types_of(&media_type);
            let main = format!("{folder}/main.xml");
            let mut parts = vec![
                ("[Content_Types].xml", types.as_str()),
                ("_rels/.rels", "<Relationships/>"),
                ("docProps/app.xml", "<Properties/>"),
                ("docProps/core.xml", "<coreProperties/>"),
                ("customXml/item1.xml", "<item/>"),
                (main.as_str(), "<main/>"),
            ];
            for _ in 0..parts.len() {
                parts.rotate_left(1);
                let kind = FileKind::of(&zipped(&parts), "a.bin").unwrap();
                assert_eq!(
                    (kind.media_type, kind.extension),
                    (media_type.as_str(), extension)
                );
                let backwards: Vec<_> = parts.iter().rev().copied().collect();
                assert_eq!(FileKind::of(&zipped(&backwards), "a.bin"), Some(kind));
            }
        }
        for (extension, format) in [
            ("odt", "text"),
            ("ods", "spreadsheet"),
            ("odp", "presentation"),
        ] {
            let media_type = format!("{OPEN_DOCUMENT}{format}");
            let parts = [("content.xml", "<x/>"), ("mimetype", media_type.as_str())];
            let kind = FileKind::of(&zipped(&parts), "a.bin").unwrap();
            assert_eq!(
                (kind.media_type, kind.extension),
                (media_type.as_str(), extension)
            );
        }
    }

    #[test]
    fn files_of_libreoffice_and_of_other_writers_are_word_documents() {
        let docx = format!("{OOXML}wordprocessingml.document");
        for bytes in [
            &include_bytes!("../../../tests/fixtures/parts-in-another-order.docx")[..],
            include_bytes!("../../../tests/browser/fixtures/libreoffice.docx"),
            include_bytes!("../../../tests/browser/fixtures/pandoc.docx"),
        ] {
            assert_eq!(kind_of(bytes, "F-12.docx"), Some(docx.as_str()));
        }
    }

    #[test]
    fn a_zip_is_an_office_file_only_if_it_says_so() {
        let zip = Some("application/zip");
        let folder = [("a", ""), ("b", ""), ("word/c", ""), ("word/d", "")];
        assert_eq!(kind_of(&zipped(&folder), "a.docx"), zip);
        let holds_a_document = [("F-12.docx", "PK"), ("read-me.txt", "Forms")];
        assert_eq!(kind_of(&zipped(&holds_a_document), "forms.zip"), zip);
        assert_eq!(kind_of(&zipped(&[("mimetype", "text/html")]), "a.zip"), zip);
        let mut broken = zipped(&[("a.txt", "words")]);
        broken.truncate(30);
        assert_eq!(kind_of(&broken, "a.zip"), zip);
    }

    #[test]
    fn a_document_with_macros_counts_as_its_parts_suggest() {
        let types = types_of("application/vnd.ms-word.document.macroEnabled");
        let parts = [
            ("[Content_Types].xml", types.as_str()),
            ("_rels/.rels", "<Relationships/>"),
            ("word/document.xml", "<document/>"),
            ("word/vbaProject.bin", "-"),
        ];
        let docx = format!("{OOXML}wordprocessingml.document");
        assert_eq!(kind_of(&zipped(&parts), "a.docm"), Some(docx.as_str()));
    }
}
