//! Second-factor secrets that have not been confirmed yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lectern_base::{PersonId, Timestamp};

/// How long a secret waits for its first code.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Unconfirmed secrets by person. They are lost when the process ends.
#[derive(Debug, Default)]
pub struct PendingEnrolments(Mutex<HashMap<PersonId, PendingEnrolment>>);

#[derive(Debug)]
struct PendingEnrolment {
    secret: String,
    started_at: Timestamp,
}

impl PendingEnrolments {
    /// Returns the person's unconfirmed secret; makes one with `generate` if there is none.
    pub fn get_or_insert(
        &self,
        person: PersonId,
        now: Timestamp,
        generate: impl FnOnce() -> String,
    ) -> String {
        let mut pending = self.lock();
        pending.retain(|_, enrolment| enrolment.is_fresh(now));
        let enrolment = pending.entry(person).or_insert_with(|| PendingEnrolment {
            secret: generate(),
            started_at: now,
        });
        enrolment.secret.clone()
    }

    /// Returns the person's unconfirmed secret unless it has expired.
    pub fn get(&self, person: PersonId, now: Timestamp) -> Option<String> {
        let pending = self.lock();
        let enrolment = pending.get(&person)?;
        enrolment.is_fresh(now).then(|| enrolment.secret.clone())
    }

    /// Drops the person's unconfirmed secret.
    pub fn remove(&self, person: PersonId) {
        self.lock().remove(&person);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, PendingEnrolment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingEnrolment {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.started_at) < LIFETIME
    }
}
