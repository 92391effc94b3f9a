//! Trying out what somebody sends who may only suggest.
//!
//! The document itself knows no way back, so such an update meets a copy first. It is let through
//! when everything that the draft says apart from this person's suggestions is as it was before.

use yrs::updates::decoder::Decode;
use yrs::{Doc, ReadTxn, StateVector, Transact, Update};

use lectern_base::PersonId;
use lectern_document::{Apart, apart_from, new_doc};

/// A copy of a draft that keeps up with it.
pub struct Trial {
    copy: Doc,
    /// What stands apart from one person's suggestions, as long as nobody else writes.
    apart: Option<(PersonId, Apart)>,
}

impl Trial {
    /// Copies a draft; `None` when it cannot be copied.
    pub fn of(draft: &impl ReadTxn) -> Option<Self> {
        let state = draft.encode_state_as_update_v1(&StateVector::default());
        let mut trial = Self {
            copy: new_doc(None),
            apart: None,
        };
        trial.follow(&state).then_some(trial)
    }

    /// Takes over what was written in the draft; says whether that worked.
    pub fn follow(&mut self, update: &[u8]) -> bool {
        self.apart = None;
        self.apply(update)
    }

    /// Tells whether an update only suggests; the copy is of no use any more when it does not.
    pub fn admits(&mut self, person: PersonId, update: &[u8]) -> bool {
        let known = self.apart.take().filter(|(whose, _)| *whose == person);
        let before = known.map_or_else(|| apart_from(&self.copy, person), |(_, apart)| apart);
        if !self.apply(update) {
            return false;
        }
        let after = apart_from(&self.copy, person);
        let only_suggests = after == before;
        self.apart = Some((person, after));
        only_suggests
    }

    fn apply(&self, update: &[u8]) -> bool {
        let Ok(update) = Update::decode_v1(update) else {
            return false;
        };
        let mut txn = self.copy.transact_mut();
        txn.apply_update(update).is_ok() && !txn.has_missing_updates()
    }
}
