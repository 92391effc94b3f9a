//! Settings of live editing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Limits and delays of live editing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveSettings {
    /// The largest frame a client may send, in bytes (1 MiB).
    pub frame_limit: usize,
    /// The largest draft, in bytes of its whole editing history (32 MiB).
    pub draft_limit: usize,
    /// How much may be queued for one connection before it counts as behind, in bytes (4 MiB).
    pub queue_limit: usize,
    /// How long an editing session outlives its last writer, in milliseconds (20 s).
    pub session_grace_ms: u64,
    /// How long a draft without connections stays in memory, in milliseconds (60 s).
    pub idle_grace_ms: u64,
    /// The number of edit log entries that triggers a snapshot (2,000).
    pub compact_after: u64,
    /// The size of the updates that triggers a snapshot, however few they are, in bytes (512 KiB).
    /// For a draft larger than this, its own size.
    pub compact_bytes: usize,
    /// How many connections one person may open per second, sustained (50). Twenty times as many in
    /// a burst.
    pub arrivals: u32,
    /// How often carets and names are sent, in milliseconds (40 ms).
    pub presence_beat_ms: u64,
    /// How long a silent client counts as present, in milliseconds (45 s).
    pub presence_expiry_ms: u64,
    /// How often a quiet connection gets a message, in milliseconds (20 s).
    ///
    /// The stock client gives up a connection after 30 s without one.
    pub heartbeat_ms: u64,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            frame_limit: 1 << 20,
            draft_limit: 32 << 20,
            queue_limit: 4 << 20,
            session_grace_ms: 20_000,
            idle_grace_ms: 60_000,
            compact_after: 2_000,
            compact_bytes: 512 << 10,
            arrivals: 50,
            presence_beat_ms: 40,
            presence_expiry_ms: 45_000,
            heartbeat_ms: 20_000,
        }
    }
}

impl LiveSettings {
    pub(super) fn session_grace(&self) -> Duration {
        Duration::from_millis(self.session_grace_ms)
    }

    pub(super) fn idle_grace(&self) -> Duration {
        Duration::from_millis(self.idle_grace_ms)
    }

    pub(super) fn presence_interval(&self) -> Duration {
        Duration::from_millis(self.presence_beat_ms)
    }

    pub(super) fn presence_expiry(&self) -> Duration {
        Duration::from_millis(self.presence_expiry_ms)
    }

    /// Returns how often a quiet connection gets a message.
    pub fn heartbeat(&self) -> Duration {
        Duration::from_millis(self.heartbeat_ms)
    }
}
