//! Tracks when a client was last heard from: a connection that was cut looks like a quiet one.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Checks are aligned to this many slots per heartbeat.
const SLOTS_PER_HEARTBEAT: u32 = 20;

/// The last sign of life of a connection. The inbound half records it, the outbound half reads it.
#[derive(Debug)]
pub struct Liveness {
    created: Instant,
    /// Milliseconds from creation to the last sign of life.
    last: AtomicU64,
}

impl Liveness {
    /// Starts now.
    pub fn new() -> Self {
        Self {
            created: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// Records a sign of life.
    pub fn record_activity(&self) {
        let since = self.created.elapsed().as_millis();
        self.last
            .store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Returns how long the client has been silent.
    pub fn silence(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.created.elapsed().saturating_sub(last)
    }
}

/// Returns when to check a connection that was checked at `since`: one heartbeat later or slightly
/// more. Checks are aligned to slots, because waking many connections together is cheaper.
pub fn next_check(since: Instant, heartbeat: Duration) -> Instant {
    static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
    let due = since + heartbeat;
    let slot = heartbeat / SLOTS_PER_HEARTBEAT;
    let age = due.saturating_duration_since(*FIRST).as_nanos();
    match age.checked_rem(slot.as_nanos()) {
        Some(late) => due + slot - Duration::from_nanos(u64::try_from(late).unwrap_or(0)),
        None => due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn checks_are_aligned_and_never_early() {
        let (now, heartbeat) = (Instant::now(), Duration::from_secs(20));
        let looks: Vec<_> = (0..1000)
            .map(|ms| next_check(now + Duration::from_millis(ms), heartbeat) - now)
            .collect();
        assert!(looks.iter().all(|look| *look > heartbeat));
        assert!(
            looks
                .iter()
                .all(|look| *look <= heartbeat + Duration::from_secs(2))
        );
        let different: std::collections::BTreeSet<_> = looks.into_iter().collect();
        assert!(different.len() <= 2, "{different:?}");
        assert_eq!(next_check(now, Duration::ZERO), now, "however short");
    }

    #[tokio::test(start_paused = true)]
    async fn silence_lasts_until_the_next_activity() {
        let liveness = Liveness::new();
        tokio::time::advance(Duration::from_secs(70)).await;
        assert_eq!(liveness.silence(), Duration::from_secs(70));
        liveness.record_activity();
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(liveness.silence(), Duration::from_secs(3));
    }
}
