//! How far a long check has come.

use std::fmt;
use std::sync::Arc;

/// Receives how many items of a kind were checked; by default nobody does.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn Fn(&'static str, u64) + Send + Sync>>);

impl Progress {
    /// Calls `receive` with a kind of item, such as `records`, and how many were checked. Whoever
    /// receives it decides how often to show it.
    pub fn to(receive: impl Fn(&'static str, u64) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(receive)))
    }

    /// Reports that so many items were checked.
    pub fn report(&self, items: &'static str, checked: u64) {
        if let Some(receive) = &self.0 {
            receive(items, checked);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").finish_non_exhaustive()
    }
}
