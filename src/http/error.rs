//! Maps the errors of other crates to statuses and problem details.
//!
//! Only this file knows which kind of error gets which status. Text of internal errors goes to
//! the log and never to the client.

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use lectern_access::AccessError;
use lectern_app::AppError;
use lectern_article::{ArticleError, AttachmentError};
use lectern_audit::AuditError;
use lectern_authoring::AuthoringError;
use lectern_base::ErrorKind;
use lectern_document::DocumentError;
use lectern_exchange::ExchangeError;
use lectern_identity::{Denied, IdentityError};
use lectern_journal::JournalError;
use lectern_live::LiveError;
use lectern_module::ModuleError;
use lectern_notify::NotifyError;
use lectern_personal::PersonalError;
use lectern_pool::PoolError;
use lectern_reading::ReadingError;
use lectern_rendering::RenderingError;
use lectern_review::ReviewError;
use lectern_revision::RevisionError;
use lectern_search::SearchError;
use lectern_social::SocialError;
use lectern_store::StoreError;
use lectern_template::TemplateError;

use crate::problem::Problem;

/// The text of an internal error.
pub const BROKEN: &str =
    "Something broke on our side. What was saved before is safe; try again in a moment.";

/// Seconds after which a request that could not be answered at the moment may be repeated.
pub const RETRY_AFTER_S: u64 = 5;

/// The result of every handler.
pub type Reply<T> = Result<T, HttpError>;

/// A failed request, sent as problem details or as a page.
#[derive(Debug)]
pub struct HttpError(Box<Problem>);

impl HttpError {
    /// Makes an error from a status and a sentence for people.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Problem::new(status, detail).into()
    }

    /// 404, for what does not exist or is hidden from the caller.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no such {what}."))
    }

    /// 422, naming the field.
    pub fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
            .field(field)
            .into()
    }

    /// 401, for a request without valid credentials.
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Sign in first, or send a valid token.",
        )
    }

    /// 413, naming the limit in bytes.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The body is too large: this server accepts {limit} bytes.");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
            .limit(limit)
            .into()
    }

    /// 500; the cause goes to the log only.
    pub fn internal(cause: &dyn Display) -> Self {
        tracing::error!(%cause, "A request failed with an internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
    }

    /// Makes an error of a kind.
    ///
    /// The message of an internal error goes to the log and is not shown.
    pub fn of(kind: ErrorKind, message: &dyn Display) -> Self {
        if kind == ErrorKind::Internal {
            return Self::internal(message);
        }
        let problem = Problem::new(status(kind), sentence(&message.to_string()));
        if kind == ErrorKind::Unavailable {
            tracing::warn!(cause = %message, "A request cannot be answered at the moment");
            return problem.retry_after(RETRY_AFTER_S).into();
        }
        problem.into()
    }

    /// Returns the problem details.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for HttpError {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

/// Converts errors that know the rejected field.
macro_rules! from_rooms_with_fields {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                let reply = Self::of(error.kind(), &error);
                match error.field() {
                    Some(field) => reply.0.field(field).into(),
                    None => reply,
                }
            }
        }
    )*};
}

macro_rules! from_rooms {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                Self::of(error.kind(), &error)
            }
        }
    )*};
}

from_rooms_with_fields!(
    DocumentError,
    ModuleError,
    ReadingError,
    RenderingError,
    ReviewError,
    SocialError
);
from_rooms!(
    StoreError,
    JournalError,
    Denied,
    TemplateError,
    ArticleError,
    AttachmentError,
    LiveError,
    PersonalError,
    PoolError,
    RevisionError,
    SearchError,
);

impl From<IdentityError> for HttpError {
    fn from(error: IdentityError) -> Self {
        let mut problem = *Self::of(error.kind(), &error).0;
        problem.field = error.field().map(str::to_owned);
        if let IdentityError::Throttled { retry_after } = error {
            problem.retry_after = Some(retry_after.as_secs().max(1));
        }
        problem.into()
    }
}

/// Converts errors that may wrap an [`IdentityError`], which knows more about its reply.
macro_rules! from_rooms_over_identity {
    ($($error:ident),* $(,)?) => {$(
        impl From<$error> for HttpError {
            fn from(error: $error) -> Self {
                match error {
                    $error::Identity(error) => error.into(),
                    error => {
                        let mut problem = *Self::of(error.kind(), &error).0;
                        problem.field = error.field().map(str::to_owned);
                        problem.into()
                    }
                }
            }
        }
    )*};
}

from_rooms_over_identity!(
    AccessError,
    AppError,
    AuditError,
    AuthoringError,
    ExchangeError,
    NotifyError,
);

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Turns an error message (lower case, no full stop) into a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    let mut text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    if !text.ends_with(['.', '!', '?', '”']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_is_not_shown_to_the_client() {
        let error = HttpError::of(ErrorKind::Internal, &"sled: page 17 at /secret/place");
        assert_eq!(error.problem().status, 500);
        assert_eq!(error.problem().detail, BROKEN);
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        let error = HttpError::of(ErrorKind::Conflict, &"the title is taken");
        assert_eq!(error.problem().status, 409);
        assert_eq!(error.problem().detail, "The title is taken.");
    }
}
