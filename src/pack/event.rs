//! The events of packs in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::Hash;

lectern_journal::events! {
    /// What happens to packs.
    pub enum PackEvent named PackEventName {
        /// A pack was exported.
        Exported = "pack.exported" { new: ExportedPack },
        /// A pack was imported. The subject is the hash of its manifest.
        Imported = "pack.imported" { new: ImportedPack },
    }
}

/// A pack as it was exported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportedPack {
    /// What it is of: `article`, `module` or `all`.
    pub of: String,
    /// The hash of its manifest.
    pub manifest: Hash,
    /// What it leaves out.
    pub left_out: Vec<String>,
}

/// A pack as it was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportedPack {
    /// Number of files.
    pub files: usize,
    /// Number of articles.
    pub articles: usize,
}
