//! Errors of this crate, worded for the person who made the request.

use std::time::Duration;

use lectern_base::ErrorKind;
use lectern_journal::JournalError;
use lectern_store::StoreError;

use super::Denied;

/// Why an operation on people, sign-in or permissions failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The login or the password is wrong; it is not revealed which.
    #[error("the login or the password is wrong")]
    WrongPassword,
    /// The code is wrong or was used before.
    #[error("the code is wrong, or was used before; wait for the next one")]
    WrongCode,
    /// The password is right, but a code is required as well.
    #[error("this account asks for a code of its second factor as well")]
    CodeNeeded,
    /// The pending sign-in has expired or never existed.
    #[error("this sign-in has taken too long; begin again")]
    SignInOver,
    /// The person has no second factor.
    #[error("there is no second factor")]
    NoSecondFactor,
    /// The unconfirmed second-factor secret has expired.
    #[error("this has taken too long; here is a new secret")]
    EnrolmentOver,
    /// The person already has a second factor.
    #[error("there is a second factor already; remove it first")]
    SecondFactorSet,
    /// The account is locked after too many consecutive failures.
    #[error("this account is locked after too many wrong passwords or codes; {}", how_to_unlock(.minutes))]
    Locked {
        /// How long a lock lasts, in minutes; `None` until an admin unlocks it.
        minutes: Option<u64>,
    },
    /// The account is not locked.
    #[error("this account is not locked")]
    NotLocked,
    /// The person gave themself no role that waits.
    #[error("there is no role to confirm")]
    NothingToConfirm,
    /// The alert is already closed.
    #[error("this alert is settled already")]
    Settled,
    /// Too many attempts.
    #[error("too many attempts; try again in {} seconds", .retry_after.as_secs().max(1))]
    Throttled {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
    /// The password was set by an admin or has expired.
    #[error(
        "choose a new password under “Me” first; the present one was set by an administrator or has grown too old"
    )]
    MustChangePassword,
    /// The code of the set-up link is invalid.
    #[error(
        "this set-up link is not valid any more; the terminal that runs Lectern shows the present one"
    )]
    WrongSetupCode,
    /// The link that sets a password was used, has expired or never was one.
    #[error("this link is not valid any more; ask an administrator for a new one")]
    WrongPasswordLink,
    /// An administrator asks for a link for themself.
    #[error("choose your own password under “Me”; a link is for somebody else")]
    OwnPasswordLink,
    /// There already is an admin.
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
    /// The login is taken, possibly by an inactive person.
    #[error("the login {login} is taken, and logins are never given to another person")]
    LoginTaken {
        /// The login.
        login: String,
    },
    /// The change would leave no admin.
    #[error("this is the last admin; make somebody else admin first")]
    LastAdmin,
    /// The person, session, token or other thing does not exist.
    #[error("there is no such {what}")]
    Unknown {
        /// The kind of thing.
        what: &'static str,
    },
    /// A permission is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The journal or the store failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl IdentityError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongPassword | Self::WrongCode | Self::CodeNeeded | Self::SignInOver => {
                ErrorKind::Unauthenticated
            }
            Self::Throttled { .. } => ErrorKind::TooMany,
            Self::WrongSetupCode
            | Self::WrongPasswordLink
            | Self::MustChangePassword
            | Self::Locked { .. } => ErrorKind::Forbidden,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::AlreadySetUp
            | Self::OwnPasswordLink
            | Self::LoginTaken { .. }
            | Self::LastAdmin
            | Self::SecondFactorSet
            | Self::NoSecondFactor
            | Self::EnrolmentOver
            | Self::NotLocked
            | Self::NothingToConfirm
            | Self::Settled => ErrorKind::Conflict,
            Self::Unknown { .. } => ErrorKind::NotFound,
            Self::Denied(denied) => denied.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the input field that the error is about.
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
