//! Failures made on purpose, so that tests can see what follows.

use std::io;
use std::sync::Arc;

/// Where a failure can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// Nothing of a group has been written.
    BeforeWrite,
    /// A group is written, but not yet forced to the disk.
    AfterWrite,
    /// What was committed is being moved into the tree.
    Settling,
    /// Before a broken store is mended.
    BeforeMending,
}

/// Decides at each point whether the disk fails; by default it never does.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<dyn Fn(FaultPoint) -> io::Result<()> + Send + Sync>>);

impl Faults {
    /// Asks `hook` at each point.
    pub fn at(hook: impl Fn(FaultPoint) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(super) fn strike(&self, point: FaultPoint) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |hook| hook(point))
    }
}
