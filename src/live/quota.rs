//! How often a client may say what costs the server more than it costs the client.

use std::num::NonZeroU32;

use governor::clock::DefaultClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::connection::refused;
use super::error::Close;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;

/// Presence messages a second; a selection that is drawn with the mouse sends about sixty.
const PRESENCE: (u32, u32) = (100, 500);
/// Requests for the document a second; a stock client asks once for each connection.
const OPENINGS: (u32, u32) = (5, 30);

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
    fn a_flood_is_told_from_a_busy_hand() {
        let quotas = Quotas::new();
        assert!((0..PRESENCE.1).all(|_| quotas.presence().is_ok()));
        let flood = (0..PRESENCE.1).find_map(|_| quotas.presence().err());
        assert_eq!(flood, Some(Close::flood()));
        assert!(quotas.opening().is_ok(), "one does not use up the other");
    }
}
