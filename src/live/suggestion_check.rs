//! Checks the updates of people who may only suggest changes.
//!
//! A document cannot be rolled back, so such an update is first applied to a copy. It is accepted
//! if everything except this person's suggestions reads as before.

use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

use lectern_base::PersonId;
use lectern_document::{DraftBaseline, draft_baseline, new_doc};

/// A copy of a draft that follows its changes.
pub struct SuggestionCheck {
    copy: Doc,
    /// The draft without one person's suggestions. Known for as long as only that person writes.
    apart: Option<(PersonId, DraftBaseline)>,
}

impl SuggestionCheck {
    /// Copies a draft. Returns `None` if it cannot be copied.
    pub fn copy_of(draft: &impl ReadTxn) -> Option<Self> {
        let state = draft.encode_state_as_update_v1(&StateVector::default());
        let mut check = Self {
            copy: new_doc(None),
            apart: None,
        };
        check.follow(&state).then_some(check)
    }

    /// Applies a change of the draft to the copy. Returns whether that worked.
    pub fn follow(&mut self, update: &[u8]) -> bool {
        self.apart = None;
        self.apply(update)
    }

    /// Returns whether an update only suggests. If not, the copy must be discarded.
    pub fn only_suggests(&mut self, person: PersonId, update: &[u8]) -> bool {
        let known = self.apart.take().filter(|(whose, _)| *whose == person);
        let before = known.map_or_else(|| draft_baseline(&self.copy, person), |(_, apart)| apart);
        if !self.apply(update) {
            return false;
        }
        let after = draft_baseline(&self.copy, person);
        let unchanged = after == before;
        self.apart = Some((person, after));
        unchanged
    }

    fn apply(&self, update: &[u8]) -> bool {
        let Ok(update) = Update::decode_v1(update) else {
            return false;
        };
        let mut txn = self.copy.transact_mut();
        txn.apply_update(update).is_ok() && !txn.has_missing_updates()
    }
}
