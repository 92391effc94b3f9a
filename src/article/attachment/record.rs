//! The record of an attachment, and references to attachments in text.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId, Timestamp};
use lectern_store::Table;

/// Attachments by article and content.
pub(super) const ATTACHMENTS: Table<(ArticleId, Hash), Attachment> = Table::new("attachments");
/// The articles that have each file.
pub(super) const OF_FILE: Table<(Hash, ArticleId), ()> = Table::new("articles_of_file");
/// Attachments used by a revision; they are never deleted.
pub(super) const PINNED: Table<(ArticleId, Hash), ()> = Table::new("attachments_counted");

/// The path prefix of attachments.
const ROOT: &str = "/files/";
/// Hex digits in a hash.
const DIGITS: usize = 64;
/// Characters that need no percent-encoding in a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// An image or file attached to an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The article.
    pub article: ArticleId,
    /// The SHA-256 of the stored bytes.
    pub hash: Hash,
    /// The file name, with the extension of its detected type.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// The size in bytes.
    pub bytes: u64,
    /// The width in pixels, for images.
    pub width: Option<u32>,
    /// The height in pixels, for images.
    pub height: Option<u32>,
    /// Who uploaded it.
    pub created_by: PersonId,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

impl Attachment {
    /// Returns its path for use in Markdown: `/files/{hash}/{name}`. Images carry their size as a
    /// query string, so that a page can reserve the space before they load.
    pub fn address(&self) -> String {
        let name = utf8_percent_encode(&self.name, PLAIN);
        let size = match (self.width, self.height) {
            (Some(width), Some(height)) => format!("?{width}x{height}"),
            _ => String::new(),
        };
        format!("{ROOT}{}/{name}{size}", self.hash)
    }
}

/// Returns the files that a text refers to.
pub fn referenced_files(text: &str) -> BTreeSet<Hash> {
    let ends = text.match_indices(ROOT).map(|(at, _)| at + ROOT.len());
    ends.filter_map(|at| text.get(at..at + DIGITS)?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_references_are_found_by_hash() {
        let (one, two) = (Hash::of(b"one"), Hash::of(b"two"));
        let text = format!(
            "![a](/files/{one}/a.png?3x4) and [b](/files/{two}/b.pdf), again /files/{one}, \
             /files/abc/x, /files/"
        );
        assert_eq!(referenced_files(&text), BTreeSet::from([one, two]));
    }

    #[test]
    fn the_path_of_an_image_includes_its_size() {
        let mut attachment = Attachment {
            article: ArticleId::new(),
            hash: Hash::of(b"x"),
            name: "Büro (2).png".into(),
            media_type: "image/png".into(),
            bytes: 1,
            width: Some(3),
            height: Some(4),
            created_by: PersonId::new(),
            created_at: Timestamp::from_millis(0),
        };
        let address = attachment.address();
        assert!(
            address.ends_with("/B%C3%BCro%20%282%29.png?3x4"),
            "{address}"
        );
        attachment.width = None;
        assert!(attachment.address().ends_with(".png"));
    }
}
