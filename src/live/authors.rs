//! Whose each client id is, and when each person last changed the draft.
//!
//! A client id belongs to whoever first inserts under it, for ever: that is what makes the text
//! attributable character by character, and what a contributor is told by.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use lectern_base::PersonId;

use super::scan::Span;

/// Who may insert under which client id, and the position of everybody's last edit.
///
/// `None` stands for Lectern itself, which seeds new drafts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authors {
    bound: HashMap<u64, Option<PersonId>>,
    last_edit: HashMap<PersonId, u64>,
}

impl Authors {
    /// The first client id of an update that belongs to somebody else.
    pub fn foreign(&self, author: Option<PersonId>, fresh: &[Span]) -> Option<u64> {
        let foreign = |client: &u64| self.bound.get(client).is_some_and(|owner| *owner != author);
        fresh.iter().map(|span| span.client).find(foreign)
    }

    /// Gives the client ids of an update that nobody holds to its author, and names them.
    pub fn bind(&mut self, author: Option<PersonId>, fresh: &[Span]) -> Vec<u64> {
        let mut new = Vec::new();
        for span in fresh {
            self.bound.entry(span.client).or_insert_with(|| {
                new.push(span.client);
                author
            });
        }
        new
    }

    /// Repeats a binding that the edit log holds.
    pub fn restore(&mut self, author: Option<PersonId>, clients: &[u64]) {
        for client in clients {
            self.bound.entry(*client).or_insert(author);
        }
    }

    /// Notes that somebody's edit became the log's entry at this position.
    pub fn edited(&mut self, author: Option<PersonId>, position: u64) {
        if let Some(person) = author {
            self.last_edit.insert(person, position);
        }
    }

    /// Whose a client id is; `None` for Lectern itself and for an id that nobody ever used.
    pub fn owner(&self, client: u64) -> Option<PersonId> {
        self.bound.get(&client).copied().flatten()
    }

    /// Everybody whose edits came in after a position, in a stable order.
    pub fn since(&self, position: u64) -> Vec<PersonId> {
        let later = self.last_edit.iter().filter(|(_, last)| **last > position);
        let mut people: Vec<_> = later.map(|(person, _)| *person).collect();
        people.sort();
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(client: u64) -> Span {
        Span {
            client,
            start: 0,
            end: 1,
        }
    }

    #[test]
    fn a_client_id_belongs_to_whoever_used_it_first() {
        let (ada, bo) = (Some(PersonId::new()), Some(PersonId::new()));
        let mut authors = Authors::default();
        assert_eq!(authors.foreign(ada, &[span(1)]), None);
        assert_eq!(authors.bind(ada, &[span(1), span(1), span(2)]), [1, 2]);
        assert_eq!(authors.bind(ada, &[span(1)]), [0u64; 0], "bound once");
        assert_eq!(authors.foreign(ada, &[span(1), span(2)]), None);
        assert_eq!(authors.foreign(bo, &[span(3), span(2)]), Some(2));
    }

    #[test]
    fn what_lectern_seeded_is_nobodys() {
        let mut authors = Authors::default();
        authors.bind(None, &[span(1)]);
        assert_eq!(authors.foreign(Some(PersonId::new()), &[span(1)]), Some(1));
    }

    #[test]
    fn contributors_are_those_who_edited_after_a_position() {
        let (ada, bo) = (PersonId::new(), PersonId::new());
        let mut authors = Authors::default();
        authors.edited(Some(ada), 3);
        authors.edited(Some(bo), 7);
        authors.edited(None, 9);
        assert_eq!(authors.since(7), []);
        assert_eq!(authors.since(3), [bo]);
        assert_eq!(authors.since(0).len(), 2);
    }

    #[test]
    fn authors_outlive_the_process() {
        let mut authors = Authors::default();
        authors.bind(Some(PersonId::new()), &[span(1)]);
        authors.bind(None, &[span(2)]);
        authors.edited(Some(PersonId::new()), 4);
        let json = serde_json::to_string(&authors).unwrap();
        assert_eq!(serde_json::from_str::<Authors>(&json).unwrap(), authors);
    }
}
