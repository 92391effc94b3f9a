//! Events to be recorded.

use serde_json::Value;

use lectern_base::{Hash, ModuleId, Subject, Timestamp};

use super::{Actor, Entry, Event, event};

/// An event to be recorded; the journal adds the number, the time and the hash.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "an event is recorded by Journal::record"]
pub struct AuditEvent {
    /// Who caused it.
    pub actor: Actor,
    /// The name of the event, such as `review.approved`.
    pub deed: String,
    /// What it happened to.
    pub subject: Subject,
    /// The module it belongs to, if any. Only people who can see the module see the entry.
    pub module: Option<ModuleId>,
    /// The state before.
    pub old: Option<Value>,
    /// The state after.
    pub new: Option<Value>,
    /// The reason, in the person's words.
    pub reason: Option<String>,
}

impl AuditEvent {
    /// Makes an event without module or reason.
    pub fn new(actor: impl Into<Actor>, event: impl Event, subject: Subject) -> Self {
        let (deed, old, new) = event::parts(&event);
        Self {
            actor: actor.into(),
            deed,
            subject,
            module: None,
            old,
            new,
            reason: None,
        }
    }

    /// Sets the module.
    pub fn in_module(mut self, module: ModuleId) -> Self {
        self.module = Some(module);
        self
    }

    /// Sets the reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Makes the entry with number `seq` that records the event after an entry with hash `prev`.
    pub(super) fn into_entry(self, seq: u64, prev: Hash, at: Timestamp) -> Entry {
        let mut entry = Entry {
            seq,
            at,
            actor: self.actor,
            deed: self.deed,
            subject: self.subject,
            module: self.module,
            old: self.old,
            new: self.new,
            reason: self.reason,
            prev,
            hash: Hash::ZERO,
        };
        entry.hash = entry.compute();
        entry
    }
}
