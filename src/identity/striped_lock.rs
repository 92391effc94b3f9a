//! A fixed set of locks shared by all accounts.

use tokio::sync::{Mutex, MutexGuard};

/// Number of stripes, and so of accounts whose attempts can be checked at the same time.
const STRIPES: usize = 64;

/// Serialises attempts on one account, so that concurrent failures are all counted.
#[derive(Debug)]
pub struct StripedLock([Mutex<()>; STRIPES]);

impl Default for StripedLock {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl StripedLock {
    /// Waits for the stripe of an id or a hash, whose last byte is random.
    pub async fn lock(&self, key: &[u8]) -> MutexGuard<'_, ()> {
        let last = key.last().copied().unwrap_or_default();
        self.0[usize::from(last) % STRIPES].lock().await
    }
}
