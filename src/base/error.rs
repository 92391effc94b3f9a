//! The kinds of error that the front door tells apart.

/// What kind of thing went wrong; `http` alone maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// There is no such thing, or the asker may not know that there is.
    NotFound,
    /// Known, but not allowed.
    Forbidden,
    /// Nobody is signed in, or the proof given is wrong.
    Unauthenticated,
    /// Somebody else changed it first, or its state does not allow it.
    Conflict,
    /// The input breaks a rule.
    Invalid,
    /// The input is larger than the limit.
    TooLarge,
    /// Too many tries in too short a time.
    TooMany,
    /// The house cannot do it now; nothing was lost, trying again may help.
    Unavailable,
    /// A fault of ours.
    Internal,
}
