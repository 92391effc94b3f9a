//! What a person submits to prove who they are, and from where.

use lectern_base::Hash;

/// Whether the second factor is checked as well.
#[derive(Debug, Clone, Copy)]
pub enum CodeCheck<'a> {
    /// The password is enough.
    Skip,
    /// The code is required if the person has set up a second factor.
    IfEnrolled(Option<&'a str>),
}

/// One attempt to authenticate.
pub struct Attempt<'a> {
    /// The password; `None` if it was already accepted in an earlier step.
    pub password: Option<&'a str>,
    /// The second factor.
    pub code: CodeCheck<'a>,
    /// Whether the login belongs to the account; if not, the attempt fails like a wrong password.
    pub login_matches: bool,
    /// The address the attempt came from, for alerts.
    pub from: Option<&'a str>,
}

/// Where a sign-in comes from, as far as the owner of the login is known there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInPlace {
    /// A device with which the person has signed in before: the hash of its secret.
    KnownDevice(Hash),
    /// A network from which the person has signed in before: its hash.
    KnownNetwork(Hash),
    /// Any other network; always so for a login that nobody has.
    Unknown(Hash),
}

impl SignInPlace {
    /// Returns the hash under which failures at this place are counted.
    pub fn key(self) -> Hash {
        match self {
            Self::KnownDevice(key) | Self::KnownNetwork(key) | Self::Unknown(key) => key,
        }
    }
}
