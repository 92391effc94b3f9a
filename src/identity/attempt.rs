//! What a person submits to prove who they are.

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
