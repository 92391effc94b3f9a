//! The scope of a token.

use serde::{Deserialize, Serialize};

/// What a token may be used for. No token decides, signs, delegates or makes tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenScope {
    /// Reading.
    Read,
    /// Reading and writing.
    #[default]
    Write,
}
