//! Who is here and where: rebuilt by the server, never relayed as it came.
//!
//! A client may speak for itself alone. What it says must be a small JSON object, and the person in
//! it is filled in by the server. Stock clients send back what they received; such entries are
//! dropped without a word, or traffic would grow with the square of the people. Changes are
//! collected and sent together, at most once per beat.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use lectern_base::PersonId;

use super::protocol::AwarenessEntry;

/// A caret, a name and a selection take a few hundred bytes.
const STATE_LIMIT: usize = 4096;
/// The stock client announces one; a page that is reloaded on the same connection two.
const CLIENTS_PER_CONNECTION: usize = 4;
/// Clients that have left are remembered, so that an echo of theirs does not bring them back.
const REMEMBERED: usize = 512;

/// One connection to a room.
pub type ConnectionId = u64;

/// What the server says about a person, whatever the client claims.
#[derive(Debug, Clone)]
pub struct Nameplate {
    /// The person who speaks.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Six hex digits with `#` before them.
    pub color: String,
}

#[derive(Debug)]
struct Known {
    person: PersonId,
    connections: Vec<ConnectionId>,
    clock: u64,
    /// `None` once the client has gone.
    state: Option<String>,
    seen: Instant,
}

/// The presence of everybody in one room.
#[derive(Debug, Default)]
pub struct Awareness {
    clients: HashMap<u64, Known>,
    changed: BTreeSet<u64>,
}

impl Awareness {
    /// Takes what a connection says about its own clients and drops the rest.
    pub fn receive(
        &mut self,
        connection: ConnectionId,
        who: &Nameplate,
        entries: Vec<AwarenessEntry>,
        now: Instant,
    ) {
        for entry in entries {
            self.receive_one(connection, who, &entry, now);
        }
        self.forget_oldest();
    }

    fn receive_one(
        &mut self,
        connection: ConnectionId,
        who: &Nameplate,
        entry: &AwarenessEntry,
        now: Instant,
    ) {
        if entry.state.len() > STATE_LIMIT
            || !self.may_speak_for(connection, who.person, entry.client)
        {
            return;
        }
        let Some(state) = with_person(&entry.state, who) else {
            return;
        };
        let known = self.clients.entry(entry.client).or_insert_with(|| Known {
            person: who.person,
            connections: Vec::new(),
            clock: 0,
            state: None,
            seen: now,
        });
        let returns = known.connections.is_empty() && known.state.is_none() && state.is_some();
        let news = entry.clock > known.clock
            || (state.is_none() && known.state.is_some() && entry.clock == known.clock);
        if !news && !returns {
            return;
        }
        // A client that reconnects repeats its last clock, which the others have already seen.
        known.clock = if news { entry.clock } else { known.clock + 1 };
        known.state = state;
        known.seen = now;
        if !known.connections.contains(&connection) {
            known.connections.push(connection);
        }
        self.changed.insert(entry.client);
    }

    fn may_speak_for(&self, connection: ConnectionId, person: PersonId, client: u64) -> bool {
        match self.clients.get(&client) {
            Some(known) if known.person != person => false,
            Some(known) if known.connections.contains(&connection) => true,
            _ => {
                let own = self
                    .clients
                    .values()
                    .filter(|known| known.connections.contains(&connection));
                own.count() < CLIENTS_PER_CONNECTION
            }
        }
    }

    /// Removes the clients that only this connection spoke for.
    pub fn leave(&mut self, connection: ConnectionId) {
        for (client, known) in &mut self.clients {
            let before = known.connections.len();
            known.connections.retain(|other| *other != connection);
            if known.connections.len() < before
                && known.connections.is_empty()
                && known.state.take().is_some()
            {
                self.changed.insert(*client);
            }
        }
    }

    /// Removes clients that have not been heard of for a while.
    pub fn expire(&mut self, after: Duration, now: Instant) {
        for (client, known) in &mut self.clients {
            if now.duration_since(known.seen) >= after && known.state.take().is_some() {
                known.connections.clear();
                self.changed.insert(*client);
            }
        }
    }

    /// When the one who has been silent for longest was last heard; `None` when nobody is here.
    pub fn oldest(&self) -> Option<Instant> {
        let here = self.clients.values().filter(|known| known.state.is_some());
        here.map(|known| known.seen).min()
    }

    /// Takes what has changed since the last call.
    pub fn take_changes(&mut self) -> Vec<AwarenessEntry> {
        let changed = std::mem::take(&mut self.changed);
        changed
            .into_iter()
            .filter_map(|client| self.entry(client))
            .collect()
    }

    /// Whether a change waits to be sent.
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Everybody who is here now, for one who has just come.
    pub fn present(&self) -> Vec<AwarenessEntry> {
        let here = self
            .clients
            .iter()
            .filter(|(_, known)| known.state.is_some());
        let mut entries: Vec<_> = here.filter_map(|(client, _)| self.entry(*client)).collect();
        entries.sort_by_key(|entry| entry.client);
        entries
    }

    fn entry(&self, client: u64) -> Option<AwarenessEntry> {
        let known = self.clients.get(&client)?;
        let state = known.state.clone().unwrap_or_else(|| "null".to_owned());
        Some(AwarenessEntry {
            client,
            clock: known.clock,
            state,
        })
    }

    fn forget_oldest(&mut self) {
        if self.clients.len() <= REMEMBERED {
            return;
        }
        let mut gone: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, known)| known.state.is_none())
            .collect();
        gone.sort_by_key(|(_, known)| known.seen);
        let surplus = self.clients.len() - REMEMBERED;
        let oldest: Vec<u64> = gone
            .into_iter()
            .take(surplus)
            .map(|(client, _)| *client)
            .collect();
        for client in oldest {
            self.clients.remove(&client);
            self.changed.remove(&client);
        }
    }
}

/// `Some(None)` for a client that goes, `None` for what is no presence at all.
fn with_person(state: &str, who: &Nameplate) -> Option<Option<String>> {
    let mut state: Map<String, Value> = match serde_json::from_str(state).ok()? {
        Value::Null => return Some(None),
        Value::Object(state) => state,
        _ => return None,
    };
    let user = json!({ "id": who.person, "name": who.name, "color": who.color });
    state.insert("user".to_owned(), user);
    Some(Some(Value::Object(state).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Nameplate {
        Nameplate {
            person: PersonId::new(),
            name: name.into(),
            color: "#336699".into(),
        }
    }

    fn entry(client: u64, clock: u64, state: &str) -> AwarenessEntry {
        AwarenessEntry {
            client,
            clock,
            state: state.into(),
        }
    }

    fn states(entries: &[AwarenessEntry]) -> Vec<(u64, u64, bool)> {
        entries
            .iter()
            .map(|entry| (entry.client, entry.clock, entry.state != "null"))
            .collect()
    }

    #[test]
    fn the_server_says_who_it_is() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        room.receive(
            1,
            &ada,
            vec![entry(5, 1, r#"{"user":{"name":"The Pope"},"cursor":[1]}"#)],
            now,
        );
        let sent: Value = serde_json::from_str(&room.take_changes()[0].state).unwrap();
        assert_eq!(sent["user"]["name"], "Ada");
        assert_eq!(sent["user"]["color"], "#336699");
        assert_eq!(sent["cursor"], json!([1]));
    }

    #[test]
    fn nobody_speaks_for_another_nor_repeats_what_is_known() {
        let (mut room, now) = (Awareness::default(), Instant::now());
        let (ada, bo) = (person("Ada"), person("Bo"));
        room.receive(1, &ada, vec![entry(5, 3, "{}")], now);
        room.take_changes();
        room.receive(
            2,
            &bo,
            vec![entry(5, 9, r#"{"cursor":1}"#), entry(5, 9, "null")],
            now,
        );
        room.receive(1, &ada, vec![entry(5, 3, "{}"), entry(5, 2, "{}")], now);
        assert!(!room.has_changes());
    }

    #[test]
    fn only_small_json_objects_are_presence() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(STATE_LIMIT));
        for state in ["[]", "1", "{", "", &long, &"[".repeat(4000)] {
            room.receive(1, &ada, vec![entry(5, 1, state)], now);
            assert!(!room.has_changes(), "{state}");
        }
    }

    #[test]
    fn who_leaves_is_gone_unless_another_connection_holds_the_same_client() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        room.receive(1, &ada, vec![entry(5, 1, "{}")], now);
        room.receive(2, &ada, vec![entry(5, 2, "{}")], now);
        room.take_changes();
        room.leave(1);
        assert!(!room.has_changes());
        room.leave(2);
        assert_eq!(states(&room.take_changes()), [(5, 2, false)]);
        assert!(room.present().is_empty());
    }

    #[test]
    fn an_echo_does_not_bring_back_who_has_left_but_a_return_does() {
        let (mut room, now) = (Awareness::default(), Instant::now());
        let (ada, bo) = (person("Ada"), person("Bo"));
        room.receive(1, &ada, vec![entry(5, 4, "{}")], now);
        room.leave(1);
        room.take_changes();
        room.receive(2, &bo, vec![entry(5, 4, "{}"), entry(5, 5, "{}")], now);
        assert!(
            room.present().is_empty(),
            "Bo's client only repeats what it heard"
        );
        room.receive(3, &ada, vec![entry(5, 4, "{}")], now);
        assert_eq!(
            states(&room.take_changes()),
            [(5, 5, true)],
            "with a clock that is news to the others"
        );
    }

    #[test]
    fn who_is_silent_too_long_is_gone() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        room.receive(1, &ada, vec![entry(5, 1, "{}")], now);
        room.expire(Duration::from_secs(30), now + Duration::from_secs(29));
        assert_eq!(room.present().len(), 1);
        room.expire(Duration::from_secs(30), now + Duration::from_secs(30));
        assert!(room.present().is_empty());
        room.receive(
            1,
            &ada,
            vec![entry(5, 2, "{}")],
            now + Duration::from_secs(31),
        );
        assert_eq!(room.present().len(), 1, "and back when heard again");
    }

    #[test]
    fn one_connection_cannot_fill_the_room() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        let crowd = (0..1000).map(|client| entry(client, 1, "{}")).collect();
        room.receive(1, &ada, crowd, now);
        assert_eq!(room.present().len(), CLIENTS_PER_CONNECTION);
    }

    #[test]
    fn the_memory_of_those_who_left_is_bounded() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        for client in 0..2000 {
            room.receive(client, &ada, vec![entry(client, 1, "{}")], now);
            room.leave(client);
        }
        assert!(room.clients.len() <= REMEMBERED + 1);
    }
}
