//! The kinds of alerts.

use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Too many wrong passwords or codes in a row.
    AccountLocked,
    /// Many wrong passwords from one address, whatever the logins.
    AddressGuessing,
    /// A person says that a sign-in was not theirs.
    SignInReported,
    /// An administrator gave themself a reviewer role.
    ReviewerSelfGranted,
    /// Somebody signed soon after a link set their password.
    SignedAfterReset,
    /// An administrator took somebody's second factor away.
    SecondFactorRemoved,
}

impl AlertKind {
    /// Returns the label used in metrics.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::AccountLocked => "account_locked",
            Self::AddressGuessing => "address_guessing",
            Self::SignInReported => "sign_in_reported",
            Self::ReviewerSelfGranted => "reviewer_self_granted",
            Self::SignedAfterReset => "signed_after_reset",
            Self::SecondFactorRemoved => "second_factor_removed",
        }
    }
}
