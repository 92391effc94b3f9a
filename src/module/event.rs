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
        /// The sample module was removed.
        Removed = "module.removed" { old: ModuleSettings, },
    }
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
