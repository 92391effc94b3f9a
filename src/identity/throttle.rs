//! Throttling of sign-in: every failure beyond the free attempts doubles the wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lectern_base::Timestamp;

/// The first wait.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Time without a failure after which the count is reset.
const RESET_AFTER: Duration = Duration::from_secs(60 * 60);
/// Maximum number of names; beyond it, old ones are dropped.
const CAPACITY: usize = 20_000;

/// Failures by name: a login together with an address, or an address.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<String, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Returns how long `name` has to wait before the next attempt, if at all.
    pub fn wait(&self, name: &str, free: u32, now: Timestamp) -> Option<Duration> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = failures.get(name)?;
        let pause = pause(failed.count, free);
        let passed = now.since(failed.last);
        (passed < pause).then(|| pause - passed)
    }

    /// Counts a failure; returns the number of consecutive failures.
    pub fn failed(&self, name: &str, now: Timestamp) -> u32 {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= CAPACITY {
            failures.retain(|_, failed| now.since(failed.last) < LONGEST);
            if failures.len() >= CAPACITY {
                failures.clear();
            }
        }
        let failed = failures.entry(name.to_owned()).or_insert(Failures {
            count: 0,
            last: now,
        });
        if now.since(failed.last) > RESET_AFTER {
            failed.count = 0;
        }
        *failed = Failures {
            count: failed.count.saturating_add(1),
            last: now,
        };
        failed.count
    }

    /// Lowers the count of `name` by one.
    pub fn lower(&self, name: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = failures.get_mut(name) {
            failed.count = failed.count.saturating_sub(1);
            if failed.count == 0 {
                failures.remove(name);
            }
        }
    }

    /// Resets the count of `name`.
    pub fn succeeded(&self, name: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

fn pause(count: u32, free: u32) -> Duration {
    match count.checked_sub(free) {
        None => Duration::ZERO,
        Some(beyond) => FIRST.saturating_mul(1 << beyond.min(16)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_starts_after_the_free_attempts_and_doubles_up_to_a_limit() {
        let (throttle, start) = (Throttle::default(), Timestamp::from_millis(0));
        for _ in 0..4 {
            throttle.failed("ada", start);
        }
        assert_eq!(throttle.wait("ada", 5, start), None);
        throttle.failed("ada", start);
        assert_eq!(throttle.wait("ada", 5, start), Some(FIRST));
        assert_eq!(throttle.wait("bob", 5, start), None);
        throttle.failed("ada", start);
        assert_eq!(throttle.wait("ada", 5, start), Some(FIRST * 2));
        assert_eq!(throttle.wait("ada", 5, start.plus(FIRST * 2)), None);
        for _ in 0..100 {
            throttle.failed("ada", start);
        }
        assert_eq!(throttle.wait("ada", 5, start), Some(LONGEST));
        throttle.succeeded("ada");
        assert_eq!(throttle.wait("ada", 5, start), None);
    }

    #[test]
    fn an_hour_without_failure_resets_the_count() {
        let (throttle, start) = (Throttle::default(), Timestamp::from_millis(0));
        for _ in 0..9 {
            throttle.failed("ada", start);
        }
        assert_eq!(throttle.failed("ada", start.plus(RESET_AFTER * 2)), 1);
    }
}
