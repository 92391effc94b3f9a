//! How revisions differ that were compared lately.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lectern_base::RevisionId;

use super::diff::Extent;

type Pair = (Option<RevisionId>, RevisionId);

/// How revisions differ that were compared lately.
#[derive(Default)]
pub(super) struct Extents(Mutex<HashMap<Pair, Extent>>);

/// Comparisons that are kept; more begin anew.
const KEPT: usize = 1_000;

impl Extents {
    pub(super) fn get(&self, pair: Pair) -> Option<Extent> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&pair).copied()
    }

    pub(super) fn keep(&self, pair: Pair, extent: Extent) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(pair, extent);
    }
}
