//! Counts failures instead of recording each: of strangers, nothing stays but a number.
//!
//! The journal keeps everything for ever, so what somebody without an account does must not be able to
//! fill it. A window's first failures are recorded; the entry of the next window says how many there
//! were in between.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lectern_base::Timestamp;

/// How long a window lasts.
const WINDOW: Duration = Duration::from_secs(60 * 60);
/// Maximum number of names; beyond it, those whose window has ended are dropped.
const CAPACITY: usize = 20_000;

/// Failures since the last entry, by what they are counted for.
#[derive(Debug, Default)]
pub struct FailureLog(Mutex<HashMap<String, Tally>>);

#[derive(Debug)]
struct Tally {
    /// The beginning of the window.
    since: Timestamp,
    /// The entries in this window.
    entries: u32,
    /// The failures since the last entry.
    failures: u32,
}

impl FailureLog {
    /// Counts a failure.
    pub fn count(&self, of: &str, now: Timestamp) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tallies.len() >= CAPACITY {
            tallies.retain(|_, tally| now.since(tally.since) < WINDOW);
        }
        let tally = tallies.entry(of.to_owned()).or_insert(Tally {
            since: now,
            entries: 0,
            failures: 0,
        });
        tally.failures = tally.failures.saturating_add(1);
    }

    /// Returns the number of failures to record, if fewer than `most` entries were made in this
    /// window.
    pub fn due(&self, of: &str, most: u32, now: Timestamp) -> Option<u32> {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.get_mut(of)?;
        if now.since(tally.since) >= WINDOW {
            (tally.since, tally.entries) = (now, 0);
        }
        if tally.entries >= most {
            return None;
        }
        tally.entries += 1;
        Some(std::mem::take(&mut tally.failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_between_two_entries_are_counted() {
        let (log, start) = (FailureLog::default(), Timestamp::from_millis(0));
        for _ in 0..5 {
            log.count("ada", start);
        }
        assert_eq!(log.due("ada", 1, start), Some(5));
        for _ in 0..1_000 {
            log.count("ada", start);
            assert_eq!(log.due("ada", 1, start), None);
        }
        log.count("bo", start);
        assert_eq!(log.due("bo", 1, start), Some(1));
        let later = start.plus(WINDOW);
        log.count("ada", later);
        assert_eq!(log.due("ada", 1, later), Some(1_001));
        assert_eq!(log.due("nobody", 1, later), None);
    }
}
