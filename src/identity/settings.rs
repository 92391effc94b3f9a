//! Settings of sign-in and passwords.

use std::time::Duration;

/// Settings of this crate; the value after each semicolon is the default.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// How long a session lasts without a request; 12 hours.
    pub session_idle: Duration,
    /// How long a session lasts at most; 7 days.
    pub session_longest: Duration,
    /// Minimum length of a password, in characters; 12.
    pub password_length: usize,
    /// Memory of one Argon2id hash, in KiB; 19,456, the minimum that OWASP recommends.
    pub argon2_memory_kib: u32,
    /// Number of failed sign-ins before throttling begins; 5.
    pub free_attempts: u32,
    /// Number of consecutive failures that lock an account, 0 for never; 10.
    pub lock_after: u32,
    /// How long a lock lasts, `None` until an admin unlocks the account; 30 minutes.
    pub lock_lasts: Option<Duration>,
    /// Maximum age of a password, `None` for no limit; `None`.
    pub password_lasts: Option<Duration>,
    /// Number of recent passwords that cannot be reused, including the current one; 5.
    pub password_history: usize,
    /// How long a link with which a person chooses a password works; 72 hours.
    pub password_link_lasts: Duration,
    /// How long a reviewer role that an admin gave themself does not count in controlled modules
    /// unless another admin confirms it, `None` if it counts at once; 24 hours.
    pub self_grant_wait: Option<Duration>,
    /// How long after the use of such a link a signature raises an alert, `None` for never; 24
    /// hours.
    pub reset_watch: Option<Duration>,
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
            password_link_lasts: Duration::from_secs(72 * 3_600),
            self_grant_wait: Some(Duration::from_secs(24 * 3_600)),
            reset_watch: Some(Duration::from_secs(24 * 3_600)),
        }
    }
}
