//! The document: schema, Markdown in and out, safe HTML, diff, and its Y.Doc layout.
//!
//! A draft is edited as a Y.Doc; Markdown is its archive form, and HTML is rendered from Markdown
//! only. This crate defines what a document may contain and how it is serialised. It knows nothing
//! about articles or permissions, and it stores nothing.

mod apply_content;
mod compare;
mod error;
mod escape;
mod html;
mod language;
mod markdown;
mod pictures;
mod schema;
mod tree;
mod ydoc;

pub use apply_content::{apply_content, doc_from_content};
pub use compare::{DiffSegment, DiffStats, compare, diff_stats, segments};
pub use error::DocumentError;
pub use escape::escape_html;
pub use html::{WikiTarget, render, render_formula, wiki_titles};
pub use language::{LANGUAGE_FIELD, language_tag};
pub use markdown::{canonical, losses};
pub use pictures::external_pictures;
pub use schema::{Schema, SchemaError};
pub use ydoc::{
    ClientRun, ClientSection, DraftBaseline, DraftContent, ReadMarkdown, SCHEMA_VERSION,
    SectionText, Suggestion, SuggestionKind, check_section, draft_baseline, markdown_to_json,
    new_doc, read, replace_section, section_json, section_markdown, section_plain_text,
    sections_json, seed, set_field, set_title, text_by_client,
};
