//! Inspector's packs: everything on record of an article, a module or the whole organisation in
//! one ZIP, exported from a running instance and imported into an empty one (21 CFR 11.10(b)).
//!
//! The same records always give the same bytes, except for `export.json`.

mod archive;
mod context;
mod dossier;
mod error;
mod exchange;
mod export;
mod file;
mod folders;
mod import;
mod page;
mod plan;
mod reader;
mod records;
mod relink;
mod render;
mod scope;
mod trail_index;
mod writer;

pub use error::ExchangeError;
pub use exchange::Exchange;
pub use file::PackFile;
pub use import::{Import, ImportReport};
pub use scope::ExportScope;
