//! Events to be recorded.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_base::{ModuleId, PersonId, Subject};

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
    /// Makes an event without states, module or reason.
    pub fn new(actor: impl Into<Actor>, name: &str, subject: Subject) -> Self {
        Self {
            actor: actor.into(),
            deed: name.to_owned(),
            subject,
            module: None,
            old: None,
            new: None,
            reason: None,
        }
    }

    /// Sets the module.
    pub fn in_module(mut self, module: ModuleId) -> Self {
        self.module = Some(module);
        self
    }

    /// Sets the state before.
    pub fn from(mut self, old: impl Serialize) -> Self {
        self.old = Some(to_value(old));
        self
    }

    /// Sets the state after.
    pub fn to(mut self, new: impl Serialize) -> Self {
        self.new = Some(to_value(new));
        self
    }

    /// Sets the reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("the states of an event have string keys and finite numbers")
}
