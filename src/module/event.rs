//! The events that this crate records in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::ArticleId;

use super::{Control, Learners, Module, Visibility};

lectern_journal::events! {
    /// What happens to modules.
    pub enum ModuleEvent named ModuleEventName {
        /// A module was created.
        Created = "module.created" { new: ModuleSettings },
        /// Its settings were changed.
        Changed = "module.changed" { old: ModuleSettings, new: ModuleSettings },
        /// Its articles were put in another order.
        Reordered = "module.reordered" { old: Vec<ArticleId>, new: Vec<ArticleId> },
        /// One article was moved to another place in the order.
        ArticleMoved = "module.article_moved" { old: ArticlePlace, new: ArticlePlace },
        /// The sample module was removed.
        Removed = "module.removed" { old: ModuleSettings, },
    }
}

/// The place of an article in the order of its module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticlePlace {
    /// The article.
    pub article: ArticleId,
    /// The article before it; none for the first.
    pub after: Option<ArticleId>,
}

/// The settings of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModuleSettings {
    /// The title.
    pub title: String,
    /// The purpose.
    pub purpose: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// Whether its reviews are controlled.
    pub control: Control,
    /// What learners may do.
    pub learners: Learners,
}

impl From<&Module> for ModuleSettings {
    fn from(module: &Module) -> Self {
        Self {
            title: module.title.clone(),
            purpose: module.purpose.clone(),
            visibility: module.visibility,
            control: module.control,
            learners: module.learners,
        }
    }
}
