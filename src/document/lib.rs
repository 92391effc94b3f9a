//! The document: its schema, Markdown in and out, safe HTML, comparison, and its form as a Y.Doc.
//!
//! People write a draft together in a Y.Doc; Markdown is its archive, and HTML is made from
//! Markdown alone. This crate knows what a document may hold and how it is written down. It knows
//! neither articles nor who may write one, and it keeps nothing.

mod compare;
mod error;
mod html;
mod language;
mod markdown;
mod put_back;
mod schema;
mod tree;
mod ydoc;

pub use compare::{Amount, Part, amount, compare, in_parts};
pub use error::DocumentError;
pub use html::{WikiTarget, render, set_formula, wiki_titles};
pub use language::{LANGUAGE_FIELD, language_tag};
pub use markdown::canonical;
pub use put_back::{put_back, written_anew};
pub use schema::{Schema, SchemaError};
pub use ydoc::{
    Apart, DraftContent, SCHEMA_VERSION, SectionText, Suggestion, SuggestionKind, Written,
    WrittenSection, apart_from, check_section, everything, markdown_json, new_doc, read,
    replace_section, section_json, section_markdown, section_plain_text, seed, set_field,
    set_title, written_by,
};
