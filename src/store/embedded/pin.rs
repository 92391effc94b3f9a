//! Snapshots of the tree that stay as they are while the store is written to.

use std::sync::Arc;

use sled::IVec;

use super::pin_purpose::PinPurpose;
use super::shared_db::SharedDb;
use super::view::Entries;
use crate::StoreError;

/// Preserves a snapshot of the tree until it is dropped. Every change made meanwhile takes memory.
pub struct Pin {
    shared: Arc<SharedDb>,
    purpose: PinPurpose,
}

impl Pin {
    /// Preserves the current state.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if there is a snapshot for this purpose already.
    pub fn of(shared: &Arc<SharedDb>, purpose: PinPurpose) -> Result<Self, StoreError> {
        let mut state = shared.write();
        let pinned = &mut state.pinned[purpose as usize];
        if pinned.is_some() {
            return Err(StoreError::unavailable("another copy is being made"));
        }
        *pinned = Some(Entries::new());
        Ok(Self {
            shared: Arc::clone(shared),
            purpose,
        })
    }

    /// Returns up to `wanted` tree entries from `from` on, including chunks, as they were when the
    /// snapshot was taken.
    pub fn stretch(&self, from: &[u8], wanted: usize) -> Result<Vec<(Vec<u8>, IVec)>, StoreError> {
        let state = self.shared.read();
        let pinned = state.pinned[self.purpose as usize].as_ref();
        let view = state.view()?.with_first(pinned);
        view.heads(from, &[u8::MAX], false, wanted)
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.shared.write().pinned[self.purpose as usize] = None;
    }
}
