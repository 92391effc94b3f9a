//! Limits on what costs the server more than it costs the client.

use std::num::NonZeroU32;

use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use lectern_base::PersonId;

use super::error::{Close, LiveError};
use super::metrics::count_refusal;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;
type PersonLimiter = RateLimiter<PersonId, DefaultKeyedStateStore<PersonId>, DefaultClock>;

/// Presence messages per second, and the burst. Selecting text with the mouse sends about sixty.
const PRESENCE: (u32, u32) = (100, 500);
/// Requests for the document per second, and the burst. A stock client sends one per connection.
const FULL_STATES: (u32, u32) = (5, 30);

/// The burst of joins, in seconds of the sustained rate: after a restart everyone comes back at
/// once.
const BURST_SECONDS: u32 = 20;
/// Above this number of people, those who joined long ago are forgotten.
const REMEMBERED_PEOPLE: usize = 10_000;

/// Limits how often each person can join.
pub struct JoinLimiter(PersonLimiter);

impl JoinLimiter {
    /// Allows each person this many joins per second, sustained.
    pub fn new(per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let burst =
            per_second.saturating_mul(NonZeroU32::new(BURST_SECONDS).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self(RateLimiter::keyed(quota))
    }

    /// Counts a join.
    ///
    /// # Errors
    /// [`LiveError::Crowded`] when the person joins too often.
    pub fn check(&self, person: PersonId) -> Result<(), LiveError> {
        if self.0.len() > REMEMBERED_PEOPLE {
            self.0.retain_recent();
        }
        self.0.check_key(&person).map_err(|_| {
            count_refusal("arrivals");
            LiveError::Crowded
        })
    }
}

/// The limits of one connection. Updates have none: a client that sends many waits for the disk.
#[derive(Debug)]
pub struct MessageQuotas {
    presence: Limiter,
    full_states: Limiter,
}

impl MessageQuotas {
    /// Creates limits of which nothing is used up.
    pub fn new() -> Self {
        Self {
            presence: limiter(PRESENCE),
            full_states: limiter(FULL_STATES),
        }
    }

    /// Counts an awareness message or query.
    pub fn check_presence(&self) -> Result<(), Close> {
        check(&self.presence)
    }

    /// Counts a request for what a client lacks, which can be the whole document.
    pub fn check_full_state(&self) -> Result<(), Close> {
        check(&self.full_states)
    }
}

fn limiter((sustained, burst): (u32, u32)) -> Limiter {
    let quota = Quota::per_second(NonZeroU32::new(sustained).unwrap_or(NonZeroU32::MIN));
    RateLimiter::direct(quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN)))
}

fn check(limiter: &Limiter) -> Result<(), Close> {
    limiter.check().map_err(|_| {
        count_refusal("flood");
        Close::flood()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_joins_too_often_is_limited_alone() {
        let (joins, ada, bo) = (JoinLimiter::new(2), PersonId::new(), PersonId::new());
        assert!((0..2 * BURST_SECONDS).all(|_| joins.check(ada).is_ok()));
        let refused = (0..2 * BURST_SECONDS).find_map(|_| joins.check(ada).err());
        assert!(matches!(refused, Some(LiveError::Crowded)));
        assert!(joins.check(bo).is_ok());
    }

    #[test]
    fn a_flood_is_rejected_and_a_burst_is_not() {
        let quotas = MessageQuotas::new();
        assert!((0..PRESENCE.1).all(|_| quotas.check_presence().is_ok()));
        let flood = (0..PRESENCE.1).find_map(|_| quotas.check_presence().err());
        assert_eq!(flood, Some(Close::flood()));
        assert!(
            quotas.check_full_state().is_ok(),
            "one does not use up the other"
        );
    }
}
