//! Tickets: one use, one article, one minute – for sockets that can send neither cookie nor header.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lectern_base::{ArticleId, Hash, PersonId, Timestamp};

use super::{Caller, Identity, IdentityError, Via, secret};

const LASTS: Duration = Duration::from_secs(60);
/// Tickets that may be open at once; more are refused until some have expired.
const MOST: usize = 10_000;

/// A ticket just made.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The secret; it works once.
    pub ticket: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    person: PersonId,
    article: ArticleId,
    expires_at: Timestamp,
}

/// The tickets that were made and not used.
#[derive(Debug, Default)]
pub struct Tickets(Mutex<HashMap<Hash, Held>>);

impl Tickets {
    /// Forgets the tickets of a person.
    pub(super) fn forget(&self, person: PersonId) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, ticket| ticket.person != person);
    }
}

impl Identity {
    /// Makes a ticket with which the caller can open the socket of `article`.
    pub async fn make_ticket(
        &self,
        caller: &Caller,
        article: ArticleId,
    ) -> Result<Ticket, IdentityError> {
        let (now, ticket) = (self.now(), secret::make("tkt_"));
        let expires_at = now.plus(LASTS);
        let mut held = self
            .tickets
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, ticket| ticket.expires_at > now);
        if held.len() >= MOST {
            return Err(IdentityError::Throttled { retry_after: LASTS });
        }
        let person = caller.id();
        held.insert(
            secret::kept(&ticket),
            Held {
                person,
                article,
                expires_at,
            },
        );
        Ok(Ticket { ticket, expires_at })
    }

    /// Takes a ticket and returns who opens which article's socket with it.
    pub async fn redeem_ticket(&self, ticket: &str) -> Option<(Caller, ArticleId)> {
        let held = {
            let mut tickets = self
                .tickets
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            tickets.remove(&secret::kept(ticket))?
        };
        if held.expires_at <= self.now() {
            return None;
        }
        let caller = self
            .admitted(held.person, Via::Ticket(held.article))
            .await?;
        Some((caller, held.article))
    }
}
