//! The layout of an article's Y.Doc, with functions to read and edit it.
//!
//! Root types: `title` (text), `fields` (map of strings), `order` (array of section keys) and one
//! fragment `section:<key>` per section. Every function here opens its own transaction, so the
//! caller must not hold one.

mod attribution;
mod edit;
mod plan;
mod read;
mod splice;
mod suggestion;
mod write;

pub use attribution::{ClientRun, ClientSection, text_by_client};
use suggestion::suggestions;
pub use suggestion::{DraftBaseline, Suggestion, SuggestionKind, draft_baseline};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yrs::types::ToJson;
use yrs::{Any, Array, Doc, GetString, Map, Out, Text, Transact};

use super::error::DocumentError;
use super::markdown;
use super::schema::{Node, Schema, SchemaError};
use super::tree::{Block, fold_lines, from_nodes, normalise, plain_text, to_nodes};

/// The version of the document schema; an editor with another version may not write.
pub const SCHEMA_VERSION: u32 = 4;

const TITLE: &str = "title";
const FIELDS: &str = "fields";
const ORDER: &str = "order";

/// The content of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftContent {
    /// The title as plain text.
    pub title: String,
    /// Field values; `not_applicable:<section>` holds the reason why a section does not apply.
    pub fields: BTreeMap<String, String>,
    /// The sections in order, without suggestions.
    pub sections: Vec<SectionText>,
    /// The open suggestions.
    #[serde(skip)]
    pub suggestions: Vec<Suggestion>,
}

/// One section as Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionText {
    /// The stable key from the template.
    pub key: String,
    /// Its text.
    pub markdown: String,
}

/// Creates an empty document that counts in UTF-16 code units, as editors do.
///
/// A client id must be below 2^53; without one it is random.
pub fn new_doc(client_id: Option<u64>) -> Doc {
    let mut options = yrs::Options {
        offset_kind: yrs::OffsetKind::Utf16,
        ..Default::default()
    };
    if let Some(id) = client_id {
        options.client_id = yrs::block::ClientID::new(id);
    }
    Doc::with_options(options)
}

/// Lays out a new article; does nothing if the document already has sections.
pub fn seed(doc: &Doc, title: &str, sections: &[String]) {
    let order = doc.get_or_insert_array(ORDER);
    let text = doc.get_or_insert_text(TITLE);
    let mut txn = doc.transact_mut();
    if order.len(&txn) > 0 {
        return;
    }
    text.push(&mut txn, &fold_lines(title));
    for key in sections {
        order.push_back(&mut txn, key.as_str());
    }
}

/// Reads the whole draft without suggestions, with sections as Markdown.
pub fn read(doc: &Doc) -> DraftContent {
    let sections = order(doc).into_iter().map(|key| SectionText {
        markdown: markdown::write(&blocks(doc, &key)),
        key,
    });
    DraftContent {
        sections: sections.collect(),
        title: title(doc),
        fields: fields(doc),
        suggestions: suggestions(doc),
    }
}

/// Returns the JSON of all sections, suggestions included, for finding references to files.
pub fn sections_json(doc: &Doc) -> String {
    let sections = order(doc);
    let said = sections.iter().filter_map(|key| section_json(doc, key));
    said.map(|section| section.to_string()).collect()
}

/// Reads a section as Markdown, without suggestions; `None` if there is no such section.
pub fn section_markdown(doc: &Doc, key: &str) -> Option<String> {
    has_section(doc, key).then(|| markdown::write(&blocks(doc, key)))
}

/// Reads a section as stored, in the format of the editor's `toJSON`.
pub fn section_json(doc: &Doc, key: &str) -> Option<serde_json::Value> {
    has_section(doc, key).then(|| json_of(&read::section(doc, key)))
}

/// Markdown as the editor reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadMarkdown {
    /// The blocks, in the format of the editor's `toJSON`.
    pub blocks: Vec<serde_json::Value>,
    /// What a section cannot hold of the Markdown, one sentence for each kind of loss.
    pub lost: Vec<String>,
}

/// Converts Markdown to the format of the editor's `toJSON`.
///
/// # Errors
/// [`DocumentError::TooManyElements`] for a text that a section does not take.
pub fn markdown_to_json(text: &str) -> Result<ReadMarkdown, DocumentError> {
    let (blocks, losses) = markdown::parse_within_limits(text)?;
    let nodes = to_nodes(&blocks);
    drop(blocks);
    Ok(ReadMarkdown {
        blocks: blocks_json(&nodes),
        lost: losses.sentences(),
    })
}

fn json_of(nodes: &[Node]) -> serde_json::Value {
    serde_json::json!({ "type": "doc", "content": blocks_json(nodes) })
}

fn blocks_json(nodes: &[Node]) -> Vec<serde_json::Value> {
    nodes.iter().flat_map(Node::to_json).collect()
}

/// Checks a section against the schema.
///
/// # Errors
///
/// Returns the first node that breaks a rule. A missing section is valid.
pub fn check_section(doc: &Doc, key: &str) -> Result<(), SchemaError> {
    Schema::current().check(&read::section(doc, key))
}

/// Replaces a section by Markdown with a minimal live edit: unchanged blocks keep their nodes, and
/// in changed blocks only the changed words are written.
///
/// Empty paragraphs, which Markdown cannot express, are kept.
///
/// # Errors
///
/// [`DocumentError::UnknownSection`] if the article has no such section.
pub fn replace_section(doc: &Doc, key: &str, markdown: &str) -> Result<(), DocumentError> {
    if !has_section(doc, key) {
        return Err(DocumentError::UnknownSection(key.to_owned()));
    }
    edit::replace(doc, key, &markdown::parse(markdown));
    Ok(())
}

/// Changes the title with a minimal edit.
pub fn set_title(doc: &Doc, title: &str) {
    let text = doc.get_or_insert_text(TITLE);
    let mut txn = doc.transact_mut();
    let old = text.get_string(&txn);
    splice::plain(&text, &mut txn, &old, &fold_lines(title));
}

/// Sets or removes a field; an unchanged value is not written again.
pub fn set_field(doc: &Doc, key: &str, value: Option<&str>) {
    let fields = doc.get_or_insert_map(FIELDS);
    let mut txn = doc.transact_mut();
    let old = match fields.get(&txn, key) {
        Some(Out::Any(Any::String(text))) => Some(text.to_string()),
        _ => None,
    };
    match value {
        Some(value) if old.as_deref() != Some(value) => {
            fields.insert(&mut txn, key, value);
        }
        None => {
            fields.remove(&mut txn, key);
        }
        _ => {}
    }
}

/// Returns the text of a section without marks, one line per block.
pub fn section_plain_text(markdown: &str) -> String {
    plain_text(&markdown::parse(markdown))
}

fn blocks(doc: &Doc, key: &str) -> Vec<Block> {
    normalise(from_nodes(&suggestion::without_suggestions(
        &read::section(doc, key),
    )))
}

fn title(doc: &Doc) -> String {
    let text = doc.get_or_insert_text(TITLE);
    fold_lines(&text.get_string(&doc.transact()))
}

fn fields(doc: &Doc) -> BTreeMap<String, String> {
    let fields = doc.get_or_insert_map(FIELDS);
    let txn = doc.transact();
    fields
        .iter(&txn)
        .filter_map(|(key, value)| match value {
            Out::Any(Any::String(text)) => Some((key.to_owned(), text.to_string())),
            _ => None,
        })
        .collect()
}

/// Returns the section keys in order, without duplicates.
fn order(doc: &Doc) -> Vec<String> {
    let order = doc.get_or_insert_array(ORDER);
    let txn = doc.transact();
    let mut keys: Vec<String> = Vec::new();
    if let Any::Array(values) = order.to_json(&txn) {
        for value in values.iter() {
            if let Any::String(key) = value
                && !keys.iter().any(|known| **known == **key)
            {
                keys.push(key.to_string());
            }
        }
    }
    keys
}

fn has_section(doc: &Doc, key: &str) -> bool {
    order(doc).iter().any(|known| known == key)
}

fn root(key: &str) -> String {
    format!("section:{key}")
}
