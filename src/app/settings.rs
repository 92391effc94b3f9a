//! Settings of the services, from the configuration.

use std::time::Duration;

use lectern_config::{IdentityConfig, LiveConfig, PoolConfig};
use lectern_identity::IdentitySettings;
use lectern_live::LiveSettings;
use lectern_pool::PoolSettings;

/// The maximum number of former passwords that are stored. Each is tried when a new one is chosen,
/// so this bounds the cost of a change.
const MAX_PASSWORD_HISTORY: usize = 24;

pub(crate) fn identity_settings(config: &IdentityConfig) -> IdentitySettings {
    IdentitySettings {
        session_idle: Duration::from_secs(config.session_idle_h * 3_600),
        session_longest: Duration::from_secs(config.session_longest_d * 86_400),
        password_length: config.password_length,
        argon2_memory_kib: config.argon2_memory_kib,
        free_attempts: config.free_attempts,
        lock_after: config.lock_after,
        lock_lasts: non_zero(config.lock_min).map(|m| Duration::from_secs(m * 60)),
        password_lasts: non_zero(config.password_age_d).map(|d| Duration::from_secs(d * 86_400)),
        password_history: config.password_history.min(MAX_PASSWORD_HISTORY),
        password_link_lasts: Duration::from_secs(config.password_link_h.max(1) * 3_600),
        self_grant_wait: non_zero(config.self_grant_wait_h).map(|h| Duration::from_secs(h * 3_600)),
        reset_watch: non_zero(config.reset_watch_h).map(|h| Duration::from_secs(h * 3_600)),
    }
}

/// Returns `None` for zero, which turns a limit off.
fn non_zero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

pub(crate) fn live_settings(config: &LiveConfig) -> LiveSettings {
    let defaults = LiveSettings::default();
    LiveSettings {
        frame_limit: config.frame_limit.unwrap_or(defaults.frame_limit),
        draft_limit: config.draft_limit.unwrap_or(defaults.draft_limit),
        session_grace_ms: config.session_grace_ms.unwrap_or(defaults.session_grace_ms),
        idle_grace_ms: config.idle_grace_ms.unwrap_or(defaults.idle_grace_ms),
        compact_after: config.compact_after.unwrap_or(defaults.compact_after),
        arrivals: config.arrivals.unwrap_or(defaults.arrivals),
        heartbeat_ms: config.heartbeat_ms.unwrap_or(defaults.heartbeat_ms),
        ..defaults
    }
}

pub(crate) fn pool_settings(config: &PoolConfig) -> PoolSettings {
    let defaults = PoolSettings::default();
    let deadline = config.deadline_ms.map(Duration::from_millis);
    PoolSettings {
        threads: config.threads.unwrap_or(defaults.threads),
        queue: config.queue.unwrap_or(defaults.queue),
        deadline: deadline.unwrap_or(defaults.deadline),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_settings_have_the_defaults_of_the_services() {
        assert_eq!(
            live_settings(&LiveConfig::default()),
            LiveSettings::default()
        );
        assert_eq!(
            pool_settings(&PoolConfig::default()),
            PoolSettings::default()
        );
        let given = LiveConfig {
            frame_limit: Some(7),
            ..LiveConfig::default()
        };
        assert_eq!(live_settings(&given).frame_limit, 7);
        let identity = identity_settings(&IdentityConfig::default());
        assert_eq!(
            identity.session_idle,
            IdentitySettings::default().session_idle
        );
        assert_eq!(
            identity.session_longest,
            IdentitySettings::default().session_longest
        );
    }
}
