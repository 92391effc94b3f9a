//! What became of a piece of the older or newer text.

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Same,
    Gone,
    New,
}
