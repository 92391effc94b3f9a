//! Events to be recorded.

use serde_json::Value;

use lectern_base::{Hash, ModuleId, Subject, Timestamp};

use super::{Actor, Entry, Event, event};

/// The longest text in an entry that a person causes, in bytes: 4,000 characters of any script, and
/// more.
pub(super) const LONGEST_TEXT: usize = 20_000;

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

    /// Tells whether a person's event holds a text that no field accepts. Fields have limits of their
    /// own, which say which field it is; this one holds for those that come later.
    pub(super) fn is_too_long(&self) -> bool {
        let long = |text: &str| text.len() > LONGEST_TEXT;
        let states = self.old.iter().chain(&self.new);
        matches!(self.actor, Actor::Person(_))
            && (long(&self.subject.id)
                || self.reason.as_deref().is_some_and(long)
                || states.into_iter().any(|state| holds(state, &long)))
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

/// Tells whether a value holds such a text, also as a key.
fn holds(value: &Value, such: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => such(text),
        Value::Array(items) => items.iter().any(|item| holds(item, such)),
        Value::Object(fields) => {
            let mut fields = fields.iter();
            fields.any(|(key, value)| such(key) || holds(value, such))
        }
        _ => false,
    }
}
