//! What identity refuses, in words for the person who asked.

use std::time::Duration;

use super::Denied;
use crate::base::ErrorKind;
use crate::journal::JournalError;
use crate::store::StoreError;

/// Why something about people was not done.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The login or the password is wrong; which one is not said.
    #[error("the login or the password is wrong")]
    WrongPassword,
    /// Too many attempts.
    #[error("too many attempts; try again in {} seconds", .retry_after.as_secs().max(1))]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The password is one that an admin knows, or too old.
    #[error(
        "choose a new password under “Me” first; the present one was set by an administrator or has grown too old"
    )]
    MustChangePassword,
    /// The set-up link is not, or no longer, valid.
    #[error(
        "this set-up link is not valid any more; the terminal that runs Lectern shows the present one"
    )]
    WrongSetupCode,
    /// There is an admin already.
    #[error("Lectern is set up already; sign in instead")]
    AlreadySetUp,
    /// A field breaks a rule.
    #[error("{why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// The rule.
        why: String,
    },
    /// The login is taken, possibly by somebody who is no longer active.
    #[error("the login {login} is taken, and logins are never given to another person")]
    LoginTaken {
        /// The login.
        login: String,
    },
    /// There would be no admin left.
    #[error("this is the last admin; make somebody else admin first")]
    LastAdmin,
    /// There is no such person, session or token.
    #[error("there is no such {what}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
    },
    /// A right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The journal or the store failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl IdentityError {
    /// Sorts the error for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongPassword => ErrorKind::Unauthenticated,
            Self::Throttled { .. } => ErrorKind::TooMany,
            Self::WrongSetupCode | Self::MustChangePassword => ErrorKind::Forbidden,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::AlreadySetUp | Self::LoginTaken { .. } | Self::LastAdmin => ErrorKind::Conflict,
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Denied(denied) => denied.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the field that breaks a rule.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::LoginTaken { .. } => Some("login"),
            _ => None,
        }
    }

    pub(super) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            why: why.into(),
        }
    }
}

impl From<StoreError> for IdentityError {
    fn from(error: StoreError) -> Self {
        Self::Journal(error.into())
    }
}

impl Denied {
    /// Sorts the refusal for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Hidden => ErrorKind::NotFound,
            Self::Missing { .. } => ErrorKind::Forbidden,
        }
    }
}
