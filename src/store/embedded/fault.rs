//! Fault injection for tests.

use std::io;
use std::sync::Arc;

/// Where a fault can be injected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// Before a group is written.
    BeforeWrite,
    /// After a group is written and before it is synced.
    AfterWrite,
    /// While committed entries are applied to the tree.
    ApplyingToTree,
    /// Before the store recovers from a failure.
    BeforeRecovery,
}

/// Decides at each fault point whether the disk fails; by default it never does.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<dyn Fn(FaultPoint) -> io::Result<()> + Send + Sync>>);

impl Faults {
    /// Calls `hook` at each fault point.
    pub fn at(hook: impl Fn(FaultPoint) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(super) fn inject(&self, point: FaultPoint) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |hook| hook(point))
    }
}
