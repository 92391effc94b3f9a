//! The leases that open connections hold.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lectern_base::{Lease, PersonId, WeakLease};

use super::proof::Credential;

/// The leases by person.
#[derive(Debug, Default)]
pub struct Leases(Mutex<HashMap<PersonId, Vec<(Credential, WeakLease)>>>);

impl Leases {
    /// Returns the lease on a credential, and whether it is a new one.
    pub(super) fn enter(&self, person: PersonId, credential: Credential) -> (Lease, bool) {
        let mut held = self.lock();
        let own = held.entry(person).or_default();
        let shared = own.iter().filter(|(of, _)| *of == credential);
        if let Some(lease) = shared.filter_map(|(_, lease)| in_force(lease)).next() {
            return (lease, false);
        }
        let lease = Lease::default();
        own.push((credential, lease.downgrade()));
        (lease, true)
    }

    /// Returns the leases that a person's connections hold.
    pub(super) fn of(&self, person: PersonId) -> Vec<(Credential, Lease)> {
        let held = self.lock();
        let own = held.get(&person).into_iter().flatten();
        own.filter_map(|(credential, lease)| Some((*credential, in_force(lease)?)))
            .collect()
    }

    /// Forgets the leases of a person that have ended or that no connection holds.
    pub(super) fn prune(&self, person: PersonId) {
        let mut held = self.lock();
        if let Some(own) = held.get_mut(&person) {
            own.retain(|(_, lease)| in_force(lease).is_some());
            if own.is_empty() {
                held.remove(&person);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, Vec<(Credential, WeakLease)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_force(lease: &WeakLease) -> Option<Lease> {
    lease.upgrade().filter(|lease| !lease.has_ended())
}
