//! The state of a review.

use serde::{Deserialize, Serialize};

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// It can be decided.
    Candidate,
    /// The quorum is reached; the effective time is still to come.
    Approved,
    /// Its revision became a version.
    Effective,
    /// A reviewer rejected it.
    Rejected,
    /// It was taken back.
    Withdrawn,
    /// Another version became effective meanwhile.
    Outdated,
    /// Nobody decided in time.
    Stale,
}
