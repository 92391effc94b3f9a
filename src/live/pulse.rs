//! When a client was last heard: a line that was cut without a word looks like a quiet one.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Stretches of time in a heartbeat.
const STRETCHES: u32 = 20;

/// The last sign of life of one connection, noted by its way in and read by its way out.
#[derive(Debug)]
pub struct Pulse {
    born: Instant,
    /// Milliseconds from birth to the last sign.
    last: AtomicU64,
}

impl Pulse {
    /// Begins now.
    pub fn new() -> Self {
        Self {
            born: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// Notes a sign of life.
    pub fn beat(&self) {
        let since = self.born.elapsed().as_millis();
        self.last
            .store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long nothing was heard.
    pub fn silence(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.born.elapsed().saturating_sub(last)
    }
}

/// When to look after a connection that was looked after at `since`: a heartbeat later or a little
/// more. Those of one stretch of time are woken together, which costs less than one by one.
pub fn next(since: Instant, heartbeat: Duration) -> Instant {
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    let due = since + heartbeat;
    let stretch = heartbeat / STRETCHES;
    let age = due.saturating_duration_since(*FIRST).as_nanos();
    match age.checked_rem(stretch.as_nanos()) {
        Some(late) => due + stretch - Duration::from_nanos(u64::try_from(late).unwrap_or(0)),
        None => due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn neighbours_are_looked_after_together_and_never_early() {
        let (now, heartbeat) = (Instant::now(), Duration::from_secs(20));
        let looks: Vec<_> = (0..1000)
            .map(|ms| next(now + Duration::from_millis(ms), heartbeat) - now)
            .collect();
        assert!(looks.iter().all(|look| *look > heartbeat));
        assert!(
            looks
                .iter()
                .all(|look| *look <= heartbeat + Duration::from_secs(2))
        );
        let different: std::collections::BTreeSet<_> = looks.into_iter().collect();
        assert!(different.len() <= 2, "{different:?}");
        assert_eq!(next(now, Duration::ZERO), now, "however short");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_grows_until_something_is_heard() {
        let pulse = Pulse::new();
        tokio::time::advance(Duration::from_secs(70)).await;
        assert_eq!(pulse.silence(), Duration::from_secs(70));
        pulse.beat();
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(pulse.silence(), Duration::from_secs(3));
    }
}
