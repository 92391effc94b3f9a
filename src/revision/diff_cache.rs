//! A cache of diff summaries.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lectern_base::RevisionId;

use super::diff::DiffSummary;

type Pair = (Option<RevisionId>, RevisionId);

/// Diff summaries of recently compared revisions.
#[derive(Default)]
pub(super) struct DiffCache(Mutex<HashMap<Pair, DiffSummary>>);

/// Maximum number of entries; the cache is cleared when it is full.
const KEPT: usize = 1_000;

impl DiffCache {
    pub(super) fn get(&self, pair: Pair) -> Option<DiffSummary> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&pair).copied()
    }

    pub(super) fn keep(&self, pair: Pair, summary: DiffSummary) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(pair, summary);
    }
}
