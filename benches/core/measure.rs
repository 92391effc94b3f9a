//! What every measurement shares: its size, its patience and its units.

use std::time::Duration;

/// How long to wait for an answer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Whether this run measures. If not, a few people are enough.
pub fn measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The size for a measurement, or the one that only shows that the scenario works.
pub fn sized<T>(measured_size: T, smoke: T) -> T {
    if measured() { measured_size } else { smoke }
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Microseconds.
pub fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
