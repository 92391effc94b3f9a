//! The layout of an article's Y.Doc.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ErrorKind;

/// The version of the document schema; an editor of another version may not write.
pub const SCHEMA_VERSION: u32 = 1;

/// What a draft says at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The title as plain text.
    pub title: String,
    /// Field values; `not_applicable:<section>` holds the reason why a section does not apply.
    pub fields: BTreeMap<String, String>,
    /// The sections in their order.
    pub sections: Vec<SectionText>,
}

/// One section as Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionText {
    /// The stable key the template gave it.
    pub key: String,
    /// Its text.
    pub markdown: String,
}

/// What can go wrong when a document is written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The article has no such section.
    #[error("this article has no section “{0}”")]
    UnknownSection(String),
}

impl DocumentError {
    /// Says which kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSection(_) => ErrorKind::NotFound,
        }
    }
}

/// Makes an empty document that counts in UTF-16, as editors do.
pub fn new_doc(client_id: Option<u64>) -> yrs::Doc {
    let mut options = yrs::Options {
        offset_kind: yrs::OffsetKind::Utf16,
        ..Default::default()
    };
    if let Some(id) = client_id {
        options.client_id = yrs::block::ClientID::new(id);
    }
    yrs::Doc::with_options(options)
}

/// Lays out a new article; called once, on the server.
pub fn seed(_doc: &yrs::Doc, _title: &str, _sections: &[String]) {
    todo!()
}

/// Reads the whole draft, all sections as Markdown.
pub fn read(_doc: &yrs::Doc) -> DraftContent {
    todo!()
}

/// Reads one section as Markdown; `None` when the article has no such section.
pub fn section_markdown(_doc: &yrs::Doc, _key: &str) -> Option<String> {
    todo!()
}

/// Replaces a section by Markdown, touching only what differs.
pub fn replace_section(_doc: &yrs::Doc, _key: &str, _markdown: &str) -> Result<(), DocumentError> {
    todo!()
}

/// Changes the title, touching only what differs.
pub fn set_title(_doc: &yrs::Doc, _title: &str) {
    todo!()
}

/// Sets a field, or removes it.
pub fn set_field(_doc: &yrs::Doc, _key: &str, _value: Option<&str>) {
    todo!()
}

/// Returns the words of a section without any marks, one block per line.
pub fn section_plain_text(_markdown: &str) -> String {
    todo!()
}
