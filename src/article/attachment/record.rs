//! What is known of an attachment, and where it is named.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, PersonId, Timestamp};
use lectern_store::Table;

/// Attachments by article and content.
pub(super) const ATTACHMENTS: Table<(ArticleId, Hash), Attachment> = Table::new("attachments");
/// The articles that have a file.
pub(super) const OF_FILE: Table<(Hash, ArticleId), ()> = Table::new("articles_of_file");
/// Attachments that a revision counts: they stay for good.
pub(super) const COUNTED: Table<(ArticleId, Hash), ()> = Table::new("attachments_counted");

/// What stands before the hash in the address of a file.
const ROOT: &str = "/files/";
/// Digits of a hash.
const DIGITS: usize = 64;
/// What an address may hold as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// A picture or file of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The article.
    pub article: ArticleId,
    /// The SHA-256 of its bytes as they are kept.
    pub hash: Hash,
    /// Its name, with the extension of what it is.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// The width of a picture in pixels.
    pub width: Option<u32>,
    /// The height of a picture in pixels.
    pub height: Option<u32>,
    /// Who brought it.
    pub created_by: PersonId,
    /// When.
    pub created_at: Timestamp,
}

impl Attachment {
    /// Its address in texts: `/files/{hash}/{name}`, for a picture with its size behind it, so that
    /// a page can keep its place before it is there.
    pub fn address(&self) -> String {
        let name = utf8_percent_encode(&self.name, PLAIN);
        let size = match (self.width, self.height) {
            (Some(width), Some(height)) => format!("?{width}x{height}"),
            _ => String::new(),
        };
        format!("{ROOT}{}/{name}{size}", self.hash)
    }
}

/// Lists the files that a text names, each once.
pub fn named_in(text: &str) -> BTreeSet<Hash> {
    let ends = text.match_indices(ROOT).map(|(at, _)| at + ROOT.len());
    ends.filter_map(|at| text.get(at..at + DIGITS)?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_files_by_their_hashes() {
        let (one, two) = (Hash::of(b"one"), Hash::of(b"two"));
        let text = format!(
            "![a](/files/{one}/a.png?3x4) and [b](/files/{two}/b.pdf), again /files/{one}, \
             /files/abc/x, /files/"
        );
        assert_eq!(named_in(&text), BTreeSet::from([one, two]));
    }

    #[test]
    fn an_address_tells_the_size_of_a_picture() {
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
