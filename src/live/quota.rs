//! How often a client may say what costs the server more than it costs the client.

use std::num::NonZeroU32;

use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use lectern_base::PersonId;

use super::error::{Close, LiveError};
use super::metrics::refused;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;
type Limiters = RateLimiter<PersonId, DefaultKeyedStateStore<PersonId>, DefaultClock>;

/// Presence messages a second; a selection that is drawn with the mouse sends about sixty.
const PRESENCE: (u32, u32) = (100, 500);
/// Requests for the document a second; a stock client asks once for each connection.
const OPENINGS: (u32, u32) = (5, 30);

/// Seconds of arrivals that may come at once: everybody's pages return together after a restart.
const RUSH: u32 = 20;
/// People after whom those who came long ago are forgotten.
const REMEMBERED: usize = 10_000;

/// How often each person may come in.
pub struct Admissions(Limiters);

impl Admissions {
    /// Allows each person so many connections a second in the long run.
    pub fn new(a_second: u32) -> Self {
        let a_second = NonZeroU32::new(a_second).unwrap_or(NonZeroU32::MIN);
        let rush = a_second.saturating_mul(NonZeroU32::new(RUSH).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(a_second).allow_burst(rush);
        Self(RateLimiter::keyed(quota))
    }

    /// Counts one more arrival.
    pub fn count(&self, person: PersonId) -> Result<(), LiveError> {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&person).map_err(|_| {
            refused("arrivals");
            LiveError::Crowded
        })
    }
}

/// The quotas of one connection. Changes have none: whoever sends many waits for the disk.
#[derive(Debug)]
pub struct Quotas {
    presence: Limiter,
    openings: Limiter,
}

impl Quotas {
    /// Nothing is used up yet.
    pub fn new() -> Self {
        Self {
            presence: limiter(PRESENCE),
            openings: limiter(OPENINGS),
        }
    }

    /// Counts a message that everybody here is told of, or that asks who is here.
    pub fn presence(&self) -> Result<(), Close> {
        count(&self.presence)
    }

    /// Counts a request for what a client lacks, which may be the whole document.
    pub fn opening(&self) -> Result<(), Close> {
        count(&self.openings)
    }
}

fn limiter((sustained, burst): (u32, u32)) -> Limiter {
    let quota = Quota::per_second(NonZeroU32::new(sustained).unwrap_or(NonZeroU32::MIN));
    RateLimiter::direct(quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN)))
}

fn count(limiter: &Limiter) -> Result<(), Close> {
    limiter.check().map_err(|_| {
        refused("flood");
        Close::flood()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_too_often_waits_and_others_do_not() {
        let (arrivals, ada, bo) = (Admissions::new(2), PersonId::new(), PersonId::new());
        assert!((0..2 * RUSH).all(|_| arrivals.count(ada).is_ok()));
        let refused = (0..2 * RUSH).find_map(|_| arrivals.count(ada).err());
        assert!(matches!(refused, Some(LiveError::Crowded)));
        assert!(arrivals.count(bo).is_ok());
    }

    #[test]
    fn a_flood_is_told_from_a_busy_hand() {
        let quotas = Quotas::new();
        assert!((0..PRESENCE.1).all(|_| quotas.presence().is_ok()));
        let flood = (0..PRESENCE.1).find_map(|_| quotas.presence().err());
        assert_eq!(flood, Some(Close::flood()));
        assert!(quotas.opening().is_ok(), "one does not use up the other");
    }
}
