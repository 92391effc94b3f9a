//! A fixed set of locks shared by all accounts.

use tokio::sync::{Mutex, MutexGuard};

use lectern_base::PersonId;

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
    /// Waits for the stripe of `id`.
    pub async fn lock(&self, id: PersonId) -> MutexGuard<'_, ()> {
        // The last byte of a version 7 UUID is random.
        let [.., last] = id.as_bytes();
        self.0[usize::from(*last) % STRIPES].lock().await
    }
}
