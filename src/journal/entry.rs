//! Recorded entries.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_base::{Hash, ModuleId, Subject, Timestamp, canonical};

use super::Actor;

/// An entry of the journal (21 CFR 11.10(e)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `review.approved`.
    pub deed: String,
    /// To what.
    pub subject: Subject,
    /// In which module, if in any.
    pub module: Option<ModuleId>,
    /// How it was.
    pub old: Option<Value>,
    /// How it is.
    pub new: Option<Value>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// The hash of the entry before; zeros before the first.
    pub prev: Hash,
    /// SHA-256 of `prev` followed by the canonical JSON (RFC 8785) of the entry without `hash`.
    pub hash: Hash,
}

impl Entry {
    /// Computes the hash over the content and `prev`.
    pub fn compute(&self) -> Hash {
        let mut value = serde_json::to_value(self).expect("an entry is plain JSON");
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
        }
        self.prev.chain(&canonical(&value))
    }

    /// Returns the identifiers of this kind that the subject and both states refer to.
    pub(super) fn mentions(&self, kind: &str) -> impl Iterator<Item = &str> {
        let subject = (self.subject.kind == kind).then_some(self.subject.id.as_str());
        let states = [&self.new, &self.old].into_iter().flatten();
        let named = states.filter_map(move |state| state.get(kind)?.as_str());
        subject.into_iter().chain(named)
    }
}
