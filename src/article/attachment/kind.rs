//! File types, detected from content.

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

/// All accepted types. Text types have no signature.
const KINDS: [FileKind; 20] = [
    JPEG,
    PNG,
    GIF,
    WEBP,
    TEXT,
    CSV,
    kind("application/pdf", "pdf", true),
    kind("application/zip", "zip", false),
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
            return Self::named(found.mime_type());
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

    /// Tells whether it is an image.
    pub fn is_picture(self) -> bool {
        self.media_type.starts_with("image/")
    }
}

#[cfg(test)]
mod tests {
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
}
