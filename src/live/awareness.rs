//! Who is present and where. The server rebuilds awareness messages; it never relays them as
//! received.
//!
//! A client can speak only for itself. Its state must be a small JSON object, and the server fills
//! in the person. Stock clients echo what they receive; such entries are dropped, or traffic would
//! grow with the square of the number of people. Changes are collected and sent together, at most
//! once per interval.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use lectern_base::PersonId;

use super::protocol::AwarenessEntry;

/// A caret, a name and a selection take a few hundred bytes.
const STATE_LIMIT: usize = 4096;
/// The stock client announces one. A page that reloads on the same connection announces two.
const CLIENTS_PER_CONNECTION: usize = 4;
/// How many clients are remembered, including those that left: an echo must not bring them back.
const REMEMBERED_CLIENTS: usize = 512;

/// Identifies a connection to a room.
pub type ConnectionId = u64;

/// What the server says about a person, whatever the client claims.
#[derive(Debug, Clone)]
pub struct UserInfo {
    /// The person.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// `#` and six hex digits.
    pub color: String,
}

#[derive(Debug)]
struct ClientPresence {
    person: PersonId,
    connections: Vec<ConnectionId>,
    clock: u64,
    /// `None` once the client has left.
    state: Option<String>,
    seen: Instant,
}

/// The presence of everyone in one room.
#[derive(Debug, Default)]
pub struct Awareness {
    clients: HashMap<u64, ClientPresence>,
    changed: BTreeSet<u64>,
}

impl Awareness {
    /// Accepts what a connection says about its own clients and drops the rest.
    pub fn receive(
        &mut self,
        connection: ConnectionId,
        user: &UserInfo,
        entries: Vec<AwarenessEntry>,
        now: Instant,
    ) {
        for entry in entries {
            self.receive_one(connection, user, &entry, now);
        }
        self.forget_oldest_gone();
    }

    fn receive_one(
        &mut self,
        connection: ConnectionId,
        user: &UserInfo,
        entry: &AwarenessEntry,
        now: Instant,
    ) {
        if entry.state.len() > STATE_LIMIT
            || !self.may_update(connection, user.person, entry.client)
        {
            return;
        }
        let Some(state) = with_user(&entry.state, user) else {
            return;
        };
        let known = self
            .clients
            .entry(entry.client)
            .or_insert_with(|| ClientPresence {
                person: user.person,
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

    fn may_update(&self, connection: ConnectionId, person: PersonId, client: u64) -> bool {
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

    /// Removes the clients that were announced only by this connection.
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

    /// Removes clients that have been silent for too long.
    pub fn expire(&mut self, after: Duration, now: Instant) {
        for (client, known) in &mut self.clients {
            if now.duration_since(known.seen) >= after && known.state.take().is_some() {
                known.connections.clear();
                self.changed.insert(*client);
            }
        }
    }

    /// Returns when the client that has been silent for longest was last heard from.
    pub fn oldest(&self) -> Option<Instant> {
        let here = self.clients.values().filter(|known| known.state.is_some());
        here.map(|known| known.seen).min()
    }

    /// Returns what has changed since the last call.
    pub fn take_changes(&mut self) -> Vec<AwarenessEntry> {
        let changed = std::mem::take(&mut self.changed);
        changed
            .into_iter()
            .filter_map(|client| self.entry(client))
            .collect()
    }

    /// Returns whether there are unsent changes.
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Returns every client that is present.
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

    fn forget_oldest_gone(&mut self) {
        if self.clients.len() <= REMEMBERED_CLIENTS {
            return;
        }
        let mut gone: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, known)| known.state.is_none())
            .collect();
        gone.sort_by_key(|(_, known)| known.seen);
        let surplus = self.clients.len() - REMEMBERED_CLIENTS;
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

/// Fills in the person. Returns `Some(None)` for a client that leaves, `None` if this is not a
/// valid state.
fn with_user(state: &str, user: &UserInfo) -> Option<Option<String>> {
    let mut state: Map<String, Value> = match serde_json::from_str(state).ok()? {
        Value::Null => return Some(None),
        Value::Object(state) => state,
        _ => return None,
    };
    let value = json!({ "id": user.person, "name": user.name, "color": user.color });
    state.insert("user".to_owned(), value);
    Some(Some(Value::Object(state).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> UserInfo {
        UserInfo {
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
    fn the_server_fills_in_the_person() {
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
    fn foreign_and_stale_entries_are_dropped() {
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
    fn only_small_json_objects_are_accepted() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(STATE_LIMIT));
        for state in ["[]", "1", "{", "", &long, &"[".repeat(4000)] {
            room.receive(1, &ada, vec![entry(5, 1, state)], now);
            assert!(!room.has_changes(), "{state}");
        }
    }

    #[test]
    fn a_client_stays_until_its_last_connection_leaves() {
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
    fn an_echo_does_not_bring_back_a_client_but_a_reconnect_does() {
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
    fn a_silent_client_expires() {
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
    fn one_connection_announces_a_few_clients_at_most() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        let crowd = (0..1000).map(|client| entry(client, 1, "{}")).collect();
        room.receive(1, &ada, crowd, now);
        assert_eq!(room.present().len(), CLIENTS_PER_CONNECTION);
    }

    #[test]
    fn the_number_of_remembered_clients_is_bounded() {
        let (mut room, ada, now) = (Awareness::default(), person("Ada"), Instant::now());
        for client in 0..2000 {
            room.receive(client, &ada, vec![entry(client, 1, "{}")], now);
            room.leave(client);
        }
        assert!(room.clients.len() <= REMEMBERED_CLIENTS + 1);
    }
}
