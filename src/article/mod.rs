//! Articles: the record, the document layout, Markdown in and out, safe HTML.
//!
//! The document is a Y.Doc that people write in together; Markdown is its archive, and HTML is made
//! from Markdown alone. This room knows what a document may hold and how it is written down; it knows
//! neither sockets nor who may write.

mod articles;
mod attachment;
mod compare;
mod create;
mod document;
mod edit;
mod error;
mod html;
mod language;
pub mod links;
mod markdown;
mod put_back;
mod record;
mod schema;
mod tree;

pub use articles::{Articles, all};
pub use attachment::{Attachment, AttachmentError, FileKind, Shelf, named_in};
pub use compare::{Amount, Part, amount, compare, in_parts};
pub use document::{
    Apart, DocumentError, DraftContent, SCHEMA_VERSION, SectionText, Suggestion, SuggestionKind,
    Written, WrittenSection, apart_from, check_section, everything, markdown_json, new_doc, read,
    replace_section, section_json, section_markdown, section_plain_text, seed, set_field,
    set_title, written_by,
};
pub use edit::{Edit, UnreadableEdit};
pub use error::ArticleError;
pub use html::{WikiTarget, render, set_formula, wiki_titles};
pub use language::{LANGUAGE_FIELD, language_tag};
pub use markdown::canonical;
pub use put_back::{put_back, written_anew};
pub use record::{
    Article, Effective, LONGEST_TITLE, NewArticle, Standing, fitting_title, normalised,
};
pub use schema::{Schema, SchemaError};
