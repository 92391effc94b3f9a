//! The kind of change.

/// What happened to a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Unchanged,
    Removed,
    Added,
}
