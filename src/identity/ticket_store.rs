//! Tickets that were issued and not yet redeemed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lectern_base::{ArticleId, Hash, PersonId, Timestamp};

use super::proof::Credential;
use super::{Caller, IdentityError, Via, secret};

const LIFETIME: Duration = Duration::from_secs(60);
/// Maximum number of open tickets.
const CAPACITY: usize = 10_000;

/// Open tickets by the hash of their secret. They are lost when the process ends.
#[derive(Debug, Default)]
pub struct TicketStore(Mutex<HashMap<Hash, OpenTicket>>);

/// A ticket that was not redeemed yet.
#[derive(Debug, Clone, Copy)]
pub struct OpenTicket {
    /// Whom it was issued to.
    pub person: PersonId,
    /// How they had authenticated.
    pub via: Via,
    pub(super) credential: Option<Credential>,
    /// The article whose socket it opens.
    pub article: ArticleId,
    expires_at: Timestamp,
}

impl TicketStore {
    /// Issues a ticket; returns its secret and when it expires.
    ///
    /// # Errors
    /// [`IdentityError::Throttled`] when too many tickets are open.
    pub fn issue(
        &self,
        caller: &Caller,
        article: ArticleId,
        now: Timestamp,
    ) -> Result<(String, Timestamp), IdentityError> {
        let mut open = self.lock();
        open.retain(|_, ticket| ticket.expires_at > now);
        if open.len() >= CAPACITY {
            return Err(IdentityError::Throttled {
                retry_after: LIFETIME,
            });
        }
        let (secret, expires_at) = (secret::generate("tkt_"), now.plus(LIFETIME));
        let ticket = OpenTicket {
            person: caller.id(),
            via: caller.via(),
            credential: caller.credential(),
            article,
            expires_at,
        };
        open.insert(secret::hash(&secret), ticket);
        Ok((secret, expires_at))
    }

    /// Removes the ticket with this secret; returns it unless it has expired.
    pub fn redeem(&self, secret: &str, now: Timestamp) -> Option<OpenTicket> {
        let ticket = self.lock().remove(&secret::hash(secret))?;
        (ticket.expires_at > now).then_some(ticket)
    }

    /// Drops every ticket of a person.
    pub fn remove_person(&self, person: PersonId) {
        self.lock().retain(|_, ticket| ticket.person != person);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, OpenTicket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
