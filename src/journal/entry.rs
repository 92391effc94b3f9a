//! One deed, and the entry that keeps it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_base::{Hash, ModuleId, PersonId, Subject, Timestamp, canonical};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// The server by itself: a timer, a start, the end of an editing session.
    System,
}

impl From<PersonId> for Actor {
    fn from(person: PersonId) -> Self {
        Self::Person(person)
    }
}

/// A deed to be recorded; the journal adds number, time and hash.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a deed is recorded by Journal::record"]
pub struct Deed {
    /// Who did it.
    pub actor: Actor,
    /// What was done, such as `review.approved`.
    pub deed: String,
    /// To what.
    pub subject: Subject,
    /// In which module, if in any: who may not see the module does not see the entry.
    pub module: Option<ModuleId>,
    /// How it was.
    pub old: Option<Value>,
    /// How it is.
    pub new: Option<Value>,
    /// Why, in the person's words.
    pub reason: Option<String>,
}

impl Deed {
    /// Names who did what to what.
    pub fn new(actor: impl Into<Actor>, deed: &str, subject: Subject) -> Self {
        Self {
            actor: actor.into(),
            deed: deed.to_owned(),
            subject,
            module: None,
            old: None,
            new: None,
            reason: None,
        }
    }

    /// Says in which module.
    pub fn in_module(mut self, module: ModuleId) -> Self {
        self.module = Some(module);
        self
    }

    /// Says how it was.
    pub fn from(mut self, old: impl Serialize) -> Self {
        self.old = Some(to_value(old));
        self
    }

    /// Says how it is now.
    pub fn to(mut self, new: impl Serialize) -> Self {
        self.new = Some(to_value(new));
        self
    }

    /// Says why.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("what a deed tells has string keys and finite numbers")
}

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
    /// Writes `deed` down as the entry after number `seq - 1` with hash `prev`.
    pub(super) fn link(deed: Deed, seq: u64, prev: Hash, at: Timestamp) -> Self {
        let mut entry = Self {
            seq,
            at,
            actor: deed.actor,
            deed: deed.deed,
            subject: deed.subject,
            module: deed.module,
            old: deed.old,
            new: deed.new,
            reason: deed.reason,
            prev,
            hash: Hash::ZERO,
        };
        entry.hash = entry.compute();
        entry
    }

    /// Returns the hash that its content and `prev` give.
    pub fn compute(&self) -> Hash {
        let mut value = serde_json::to_value(self).expect("an entry is plain JSON");
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
        }
        self.prev.chain(&canonical(&value))
    }
}
