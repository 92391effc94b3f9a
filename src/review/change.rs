//! Changes to be reviewed.

use serde::{Deserialize, Serialize};

/// Whether people must read the new version again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ChangeWeight)]
pub enum ChangeKind {
    /// They must.
    Major,
    /// They need not.
    Minor,
}

impl ChangeKind {
    /// Returns the word that pages and the interface use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }
}

/// A review to be requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// What changed, for the reviewers.
    pub change_summary: String,
    /// Whether people must read the new version again.
    pub kind: ChangeKind,
    /// Why a minor change is minor; the summary when left out.
    pub justification: Option<String>,
}
