//! The layout of an inspector's pack, and the evidence that an imported one leaves behind.
//!
//! A pack is a ZIP that holds everything on record of an article, a module or the whole
//! organisation, and can be read and checked without Lectern (21 CFR 11.10(b)). This crate knows
//! its files `pack.json`, `SHA256SUMS` and `journal.jsonl`; it neither makes nor imports packs.

mod contents;
mod error;
mod event;
mod extract;
mod manifest;
mod origin;

pub use contents::{
    ArticleContents, CONTENTS, Contents, EXPORT, JOURNAL, ModuleContents, PEOPLE, RecordIds,
    ReviewContents, SUMS, VERSION, VersionContents,
};
pub use error::OriginError;
pub use event::{ExportedPack, ImportedPack, PackEvent, PackEventName};
pub use extract::{is_extract, read_extract, write_extract};
pub use manifest::read_sums;
pub use origin::{Origin, extracts_of, is_evidence, is_import};
