//! Sessions, and ending one of them.

use serde_json::{Value, json};

use lectern_base::{Clock as _, Hash, PersonId, SessionId, SystemClock, Timestamp};
use lectern_store::{Batch, Range, Store, Table as Records};

use super::base::{Base, id};
use super::server::Server;
use super::table::Table;

const SESSIONS: Records<Hash, Value> = Records::new("sessions");
const BY_PERSON: Records<(PersonId, Timestamp, Hash), ()> = Records::new("sessions_by_person");
const PEOPLE: Records<PersonId, Value> = Records::new("people");

/// Number of sessions written at a time.
const CHUNK: u64 = 1_000;

/// Opens one session for every four entries, and one for each request that ends one.
pub async fn fill(base: &Base, store: &Store) {
    let now = SystemClock.now();
    let ada = PEOPLE.scan(store, Range::all()).await.unwrap()[0].0;
    let sessions = base.entries / 4;
    for first in (0..sessions).step_by(CHUNK as usize) {
        let mut batch = Batch::new();
        for number in first..sessions.min(first + CHUNK) {
            open(&mut batch, base.person(number), &format!("s{number}"), now);
        }
        store.commit(batch).await.unwrap();
    }
    let mut batch = Batch::new();
    for round in 0..base.rounds {
        open(&mut batch, ada, &own(round), now);
    }
    store.commit(batch).await.unwrap();
}

fn open(batch: &mut Batch, person: PersonId, secret: &str, now: Timestamp) {
    let key = Hash::of(secret.as_bytes());
    let session: SessionId = id(6, secret.len() as u64).parse().unwrap();
    let session = match secret.starts_with("own") {
        true => SessionId::new(),
        false => session,
    };
    let record = json!({"id": session, "person": person, "opened_at": now, "seen_at": now});
    SESSIONS.put(batch, &key, &record);
    BY_PERSON.put(batch, &(person, now, key), &());
}

/// Returns the secret of a session that a request ends.
fn own(round: u32) -> String {
    format!("own{round}")
}

/// Measures signing out.
pub async fn measure(base: &Base, server: &Server, table: &mut Table) {
    let requests = (0..base.rounds).map(|round| server.sign_out(&own(round)));
    let cost = server.cost(requests).await;
    table.add("sign out", format!("{cost:.1}"));
}
