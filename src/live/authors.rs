//! Who owns each client id, and when each person last edited the draft.
//!
//! A client id belongs forever to the person who first inserts under it. This makes the text
//! attributable character by character.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use lectern_base::PersonId;

use super::update_scan::IdRange;

/// The owner of each client id, and the position of each person's last edit.
///
/// `None` stands for Lectern itself, which seeds new drafts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authors {
    bound: HashMap<u64, Option<PersonId>>,
    last_edit: HashMap<PersonId, u64>,
}

impl Authors {
    /// Returns the first client id of an update that belongs to someone else.
    pub fn first_foreign(&self, author: Option<PersonId>, fresh: &[IdRange]) -> Option<u64> {
        let foreign = |client: &u64| self.bound.get(client).is_some_and(|owner| *owner != author);
        fresh.iter().map(|range| range.client).find(foreign)
    }

    /// Binds the unowned client ids of an update to its author and returns them.
    pub fn bind(&mut self, author: Option<PersonId>, fresh: &[IdRange]) -> Vec<u64> {
        let mut new = Vec::new();
        for range in fresh {
            self.bound.entry(range.client).or_insert_with(|| {
                new.push(range.client);
                author
            });
        }
        new
    }

    /// Restores a binding from the edit log.
    pub fn restore(&mut self, author: Option<PersonId>, clients: &[u64]) {
        for client in clients {
            self.bound.entry(*client).or_insert(author);
        }
    }

    /// Records the position of a person's edit in the edit log.
    pub fn record_edit(&mut self, author: Option<PersonId>, position: u64) {
        if let Some(person) = author {
            self.last_edit.insert(person, position);
        }
    }

    /// Returns the owner of a client id; `None` for Lectern itself and for an id that was never
    /// used.
    pub fn owner(&self, client: u64) -> Option<PersonId> {
        self.bound.get(&client).copied().flatten()
    }

    /// Returns everyone who edited after a position, in a stable order.
    pub fn contributors_since(&self, position: u64) -> Vec<PersonId> {
        let later = self.last_edit.iter().filter(|(_, last)| **last > position);
        let mut people: Vec<_> = later.map(|(person, _)| *person).collect();
        people.sort();
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(client: u64) -> IdRange {
        IdRange {
            client,
            start: 0,
            end: 1,
        }
    }

    #[test]
    fn a_client_id_belongs_to_its_first_user() {
        let (ada, bo) = (Some(PersonId::new()), Some(PersonId::new()));
        let mut authors = Authors::default();
        assert_eq!(authors.first_foreign(ada, &[range(1)]), None);
        assert_eq!(authors.bind(ada, &[range(1), range(1), range(2)]), [1, 2]);
        assert_eq!(authors.bind(ada, &[range(1)]), [0u64; 0], "bound once");
        assert_eq!(authors.first_foreign(ada, &[range(1), range(2)]), None);
        assert_eq!(authors.first_foreign(bo, &[range(3), range(2)]), Some(2));
    }

    #[test]
    fn client_ids_of_lectern_belong_to_no_person() {
        let mut authors = Authors::default();
        authors.bind(None, &[range(1)]);
        assert_eq!(
            authors.first_foreign(Some(PersonId::new()), &[range(1)]),
            Some(1)
        );
    }

    #[test]
    fn contributors_are_those_who_edited_after_a_position() {
        let (ada, bo) = (PersonId::new(), PersonId::new());
        let mut authors = Authors::default();
        authors.record_edit(Some(ada), 3);
        authors.record_edit(Some(bo), 7);
        authors.record_edit(None, 9);
        assert_eq!(authors.contributors_since(7), []);
        assert_eq!(authors.contributors_since(3), [bo]);
        assert_eq!(authors.contributors_since(0).len(), 2);
    }

    #[test]
    fn authors_round_trip_through_json() {
        let mut authors = Authors::default();
        authors.bind(Some(PersonId::new()), &[range(1)]);
        authors.bind(None, &[range(2)]);
        authors.record_edit(Some(PersonId::new()), 4);
        let json = serde_json::to_string(&authors).unwrap();
        assert_eq!(serde_json::from_str::<Authors>(&json).unwrap(), authors);
    }
}
