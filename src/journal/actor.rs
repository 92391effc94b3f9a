//! Who caused an event.

use serde::{Deserialize, Serialize};

use lectern_base::PersonId;

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
