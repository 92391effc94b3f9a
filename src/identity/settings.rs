//! What an operator may set about sign-in.

use std::time::Duration;

/// Settings of this room.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// A session ends after so long without a request; 12 hours.
    pub session_idle: Duration,
    /// A session ends after so long in any case; 7 days.
    pub session_longest: Duration,
    /// Characters of a password at least; 12.
    pub password_length: usize,
    /// Memory of Argon2id in KiB; 19,456 (OWASP's second recommendation).
    pub argon2_memory_kib: u32,
    /// Failed attempts before sign-in slows down; 5.
    pub free_attempts: u32,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(12 * 3_600),
            session_longest: Duration::from_secs(7 * 86_400),
            password_length: 12,
            argon2_memory_kib: 19_456,
            free_attempts: 5,
        }
    }
}
