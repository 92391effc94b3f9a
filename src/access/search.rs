//! Search, limited to what the caller may read.

use std::ops::Range;

use lectern_identity::Caller;
use lectern_search::{Results, VisibleModules};

use crate::{Access, AccessError};

impl Access {
    /// Returns what a caller can find: the effective versions of all modules they can read, and
    /// the drafts of those they can write in.
    pub async fn visible(&self, caller: &Caller) -> Result<VisibleModules, AccessError> {
        let modules = self.modules.visible_to(caller).await?;
        let writable = modules
            .iter()
            .filter(|module| caller.editor(&module.place()).is_ok());
        Ok(VisibleModules {
            drafts_in: writable.map(|module| module.id).collect(),
            effective_in: modules.iter().map(|module| module.id).collect(),
        })
    }

    /// Searches everything that the caller can find; returns the results at these ranks, best
    /// first.
    pub async fn search(
        &self,
        caller: &Caller,
        query: &str,
        ranks: Range<usize>,
    ) -> Result<Results, AccessError> {
        let visible = self.visible(caller).await?;
        Ok(self.search.query(query, visible, ranks).await?)
    }
}
