//! What a file is, by its content, and how it is handed out.

/// A kind of file that an article may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// The media type (RFC 6838).
    pub media_type: &'static str,
    /// How names end.
    pub extension: &'static str,
    /// Whether a browser shows it in its place; all else is saved to a file.
    pub shown: bool,
}

const fn kind(media_type: &'static str, extension: &'static str, shown: bool) -> FileKind {
    FileKind {
        media_type,
        extension,
        shown,
    }
}

/// A picture in JPEG.
pub(super) const JPEG: FileKind = kind("image/jpeg", "jpg", true);
/// A picture in PNG.
pub(super) const PNG: FileKind = kind("image/png", "png", true);
/// A picture in GIF.
pub(super) const GIF: FileKind = kind("image/gif", "gif", true);
/// A picture in WebP.
pub(super) const WEBP: FileKind = kind("image/webp", "webp", true);
const TEXT: FileKind = kind("text/plain", "txt", false);
const CSV: FileKind = kind("text/csv", "csv", false);

/// All kinds; those of text have no signature.
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

/// What a person is told that articles may have.
pub(super) const POSSIBLE: &str = "pictures (JPEG, PNG, WebP, GIF), PDF, documents of Office and \
     OpenDocument, text, CSV, ZIP, MP4, WebM and MP3";

impl FileKind {
    /// Finds out what some bytes are; a name only tells CSV from other text.
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

    /// Finds a kind by its media type.
    pub fn named(media_type: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.media_type == media_type)
    }

    /// Whether it is a picture.
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
    fn the_content_decides_whatever_the_name_says() {
        assert_eq!(kind_of(b"%PDF-1.7\n", "photo.png"), Some("application/pdf"));
        assert_eq!(kind_of(b"just words", "photo.png"), Some("text/plain"));
        assert_eq!(kind_of(b"a,b\n1,2", "Table.CSV"), Some("text/csv"));
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n", "x.txt"), Some("image/png"));
    }

    #[test]
    fn what_could_run_is_no_file_of_an_article() {
        assert_eq!(kind_of(b"MZ\x90\0\x03\0\0\0", "setup.pdf"), None);
        assert_eq!(kind_of(b"\x7fELF\x02\x01\x01\0", "x"), None);
        assert_eq!(kind_of(b"#!/bin/sh\nrm -r /", "x.txt"), None);
        assert_eq!(kind_of(b"<!DOCTYPE html><script>", "x.txt"), None);
        assert_eq!(kind_of(b"\x00\x01\x02", "x"), None);
        assert_eq!(kind_of(b"", "x"), None);
    }
}
