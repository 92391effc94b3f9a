//! Sign-ins whose password was right and whose code is still missing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lectern_base::{Hash, PersonId, Timestamp};

use super::{IdentityError, secret};

/// How long a sign-in waits for its code.
const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// Maximum number of sign-ins that wait at the same time.
const CAPACITY: usize = 10_000;

/// Half-finished sign-ins by the hash of their ticket.
#[derive(Debug, Default)]
pub struct PendingSignIns(Mutex<HashMap<Hash, PendingSignIn>>);

#[derive(Debug)]
struct PendingSignIn {
    person: PersonId,
    expires_at: Timestamp,
}

impl PendingSignIns {
    /// Adds a sign-in and returns its ticket.
    ///
    /// # Errors
    /// [`IdentityError::Throttled`] when too many sign-ins wait already.
    pub fn add(&self, person: PersonId, now: Timestamp) -> Result<String, IdentityError> {
        let mut pending = self.lock();
        pending.retain(|_, sign_in| sign_in.expires_at > now);
        if pending.len() >= CAPACITY {
            return Err(IdentityError::Throttled {
                retry_after: LIFETIME,
            });
        }
        let ticket = secret::generate("");
        let sign_in = PendingSignIn {
            person,
            expires_at: now.plus(LIFETIME),
        };
        pending.insert(secret::hash(&ticket), sign_in);
        Ok(ticket)
    }

    /// Returns whose sign-in a ticket belongs to, unless it has expired.
    pub fn find(&self, ticket: &str, now: Timestamp) -> Option<PersonId> {
        let pending = self.lock();
        let sign_in = pending.get(&secret::hash(ticket))?;
        (sign_in.expires_at > now).then_some(sign_in.person)
    }

    /// Drops every pending sign-in of a person.
    pub fn remove_person(&self, person: PersonId) {
        self.lock().retain(|_, sign_in| sign_in.person != person);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, PendingSignIn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
