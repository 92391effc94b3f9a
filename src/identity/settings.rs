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
    /// Failures in a row that lock an account, from wherever they come; 10, and 0 for never.
    pub lock_after: u32,
    /// How long a lock lasts; 30 minutes, and none until an admin unlocks.
    pub lock_lasts: Option<Duration>,
    /// How long a password may be kept; none for ever.
    pub password_lasts: Option<Duration>,
    /// How many of a person's passwords are not taken again, the present one included; 5.
    pub password_history: usize,
    /// Whether a person must replace the password that they were added with by an admin.
    pub change_first_password: bool,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(12 * 3_600),
            session_longest: Duration::from_secs(7 * 86_400),
            password_length: 12,
            argon2_memory_kib: 19_456,
            free_attempts: 5,
            lock_after: 10,
            lock_lasts: Some(Duration::from_secs(30 * 60)),
            password_lasts: None,
            password_history: 5,
            change_first_password: true,
        }
    }
}
