//! How a data directory is opened.

use super::Faults;
use crate::Progress;

/// Memory for the records that are in use, in bytes, unless a setting says otherwise.
pub const DEFAULT_CACHE: u64 = 256 << 20;

/// How a data directory is opened.
#[derive(Clone)]
pub struct OpenOptions {
    /// Memory for the records that are in use, in bytes.
    pub cache: u64,
    /// When every record is checked.
    pub check: CheckTime,
    /// Told how far the check has come, if records are checked before the store is used.
    pub progress: Progress,
    /// Injected disk faults, for tests.
    pub faults: Faults,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            cache: DEFAULT_CACHE,
            check: CheckTime::AtOpen,
            progress: Progress::default(),
            faults: Faults::default(),
        }
    }
}

impl From<Faults> for OpenOptions {
    fn from(faults: Faults) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }
}

/// When every record of a store that was closed in order is checked. A store that was not is
/// checked before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckTime {
    /// Before it is used.
    AtOpen,
    /// While it is used; before, only what was written since it was opened the time before.
    Behind,
}
