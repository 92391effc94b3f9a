//! When a client was last heard: a line that was cut without a word looks like a quiet one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

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

#[cfg(test)]
mod tests {
    use super::*;

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
