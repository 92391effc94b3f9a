//! What to export.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, ModuleId};

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportScope {
    /// One article.
    Article(ArticleId),
    /// A module with its articles.
    Module(ModuleId),
    /// Every module.
    All,
}
