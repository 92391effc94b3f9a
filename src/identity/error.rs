//! What identity refuses, in words for the person who asked.

use std::time::Duration;

use lectern_base::ErrorKind;
use lectern_journal::JournalError;
use lectern_store::StoreError;

use super::Denied;

/// Why something about people was not done.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The login or the password is wrong; which one is not said.
    #[error("the login or the password is wrong")]
    WrongPassword,
    /// The code of the second factor is wrong, or was used before.
    #[error("the code is wrong, or was used before; wait for the next one")]
    WrongCode,
    /// The password is right, and a second factor is set.
    #[error("this account asks for a code of its second factor as well")]
    CodeNeeded,
    /// The second step came too late, or without the first.
    #[error("this sign-in has taken too long; begin again")]
    SignInOver,
    /// There is no second factor to take away.
    #[error("there is no second factor")]
    NoSecondFactor,
    /// The secret of a second factor waited too long for its first code.
    #[error("this has taken too long; here is a new secret")]
    EnrolmentOver,
    /// There is a second factor already.
    #[error("there is a second factor already; remove it first")]
    SecondFactorSet,
    /// Too many failures in a row.
    #[error("this account is locked after too many wrong passwords or codes; {}", how_to_unlock(.minutes))]
    Locked {
        /// How long a lock lasts, in minutes; until an admin unlocks when none.
        minutes: Option<u64>,
    },
    /// The account is not locked.
    #[error("this account is not locked")]
    NotLocked,
    /// Somebody else has settled the alert.
    #[error("this alert is settled already")]
    Settled,
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
            Self::WrongPassword | Self::WrongCode | Self::CodeNeeded | Self::SignInOver => {
                ErrorKind::Unauthenticated
            }
            Self::Throttled { .. } => ErrorKind::TooMany,
            Self::WrongSetupCode | Self::MustChangePassword | Self::Locked { .. } => {
                ErrorKind::Forbidden
            }
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::AlreadySetUp
            | Self::LoginTaken { .. }
            | Self::LastAdmin
            | Self::SecondFactorSet
            | Self::NoSecondFactor
            | Self::EnrolmentOver
            | Self::NotLocked
            | Self::Settled => ErrorKind::Conflict,
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
            Self::WrongCode | Self::CodeNeeded => Some("code"),
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

fn how_to_unlock(minutes: &Option<u64>) -> String {
    match minutes {
        Some(minutes) => {
            format!("wait {minutes} minutes, or ask an administrator to unlock it")
        }
        None => "ask an administrator to unlock it".to_owned(),
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
