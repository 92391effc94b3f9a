//! Ways to prove who signs.

use serde::{Deserialize, Serialize};

/// How a signer proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SigningMethod {
    /// Id and password.
    Password,
    /// Id, password and a code of their second factor.
    PasswordAndCode,
}
