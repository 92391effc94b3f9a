//! What snapshots of the tree are for.

/// What a snapshot is for; there is at most one for each purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinPurpose {
    /// To copy the store.
    Copy,
    /// To check it.
    Check,
}

/// The number of purposes.
pub const PURPOSES: usize = 2;
