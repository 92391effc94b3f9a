//! Error kinds, by which the HTTP layer chooses a status.

/// The kind of an error; only the `http` crate maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The thing does not exist, or the caller must not learn that it does.
    NotFound,
    /// The caller lacks a permission.
    Forbidden,
    /// The caller is not authenticated, or the credentials are wrong.
    Unauthenticated,
    /// The thing was changed concurrently, or its state does not allow the operation.
    Conflict,
    /// The input is invalid.
    Invalid,
    /// The input is larger than the limit.
    TooLarge,
    /// Too many attempts in too short a time.
    TooMany,
    /// Temporarily not possible; nothing was lost and a retry can succeed.
    Unavailable,
    /// A bug, or damaged data.
    Internal,
}
