//! What a section may hold, read from `schemas/document.json`.

/// The document schema that the server and the editor share.
#[derive(Debug)]
pub struct Schema;

/// Why a document does not fit the schema.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {}

impl Schema {
    /// Returns the schema this release was built with.
    pub fn current() -> &'static Self {
        &Schema
    }

    /// Returns how deep nodes may nest below a section, its text blocks included.
    pub fn max_depth(&self) -> usize {
        32
    }
}
