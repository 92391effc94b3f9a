//! Limits how many changes each person makes: a script that runs wild fills the journal, of which
//! nothing is ever deleted.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use lectern_base::PersonId;

use crate::error::HttpError;
use crate::problem::Problem;

/// The burst, in seconds of the sustained rate.
const BURST_SECONDS: u32 = 50;
/// Above this number of people, those who changed nothing lately are forgotten.
const REMEMBERED_PEOPLE: usize = 10_000;
/// What is typed where sockets are blocked; it has limits of its own.
const TYPING: &str = "/collab/";

type Limiter = RateLimiter<PersonId, DefaultKeyedStateStore<PersonId>, DefaultClock>;

/// The changes that each person can still make.
pub struct ChangeQuota {
    limiter: Limiter,
    clock: DefaultClock,
}

impl ChangeQuota {
    /// Allows each person this many changes per second, sustained.
    pub fn new(per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let seconds = NonZeroU32::new(BURST_SECONDS).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(seconds));
        Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a change; returns the seconds to wait if there are too many.
    fn count(&self, person: PersonId) -> Result<(), u64> {
        if self.limiter.len() > REMEMBERED_PEOPLE {
            self.limiter.retain_recent();
        }
        let counted = self.limiter.check_key(&person);
        counted.map_err(|early| early.wait_time_from(self.clock.now()).as_secs() + 1)
    }
}

/// Tells whether a method changes something.
pub fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Counts a request of a person if it changes something.
///
/// # Errors
/// 429 with the time to wait.
pub fn count(parts: &Parts, person: PersonId) -> Result<(), HttpError> {
    if !changes(&parts.method) || parts.uri.path().starts_with(TYPING) {
        return Ok(());
    }
    let Some(quota) = parts.extensions.get::<Arc<ChangeQuota>>() else {
        return Ok(());
    };
    quota.count(person).map_err(|seconds| {
        metrics::counter!("lectern_http_over_quota_total").increment(1);
        let detail = "These are more changes than one person makes. Wait a moment.";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, detail)
            .retry_after(seconds)
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_who_changes_too_much_waits_alone() {
        let (quota, ada, bo) = (ChangeQuota::new(1), PersonId::new(), PersonId::new());
        assert!((0..BURST_SECONDS).all(|_| quota.count(ada).is_ok()));
        let refused = (0..BURST_SECONDS).find_map(|_| quota.count(ada).err());
        assert!(refused.is_some_and(|seconds| (1..=2).contains(&seconds)));
        assert!(quota.count(bo).is_ok());
    }
}
