//! The code of the set-up link.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secret;

/// The one-time code of the set-up link. It is lost when the process ends.
#[derive(Debug, Default)]
pub struct SetupCode(Mutex<Option<String>>);

impl SetupCode {
    /// Returns the code; generates it on first use.
    pub fn get(&self) -> String {
        let mut code = self.lock();
        code.get_or_insert_with(|| secret::generate("")).clone()
    }

    /// Invalidates the code.
    pub fn clear(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
