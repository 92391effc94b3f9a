//! What a form sent, and what to do when it was not accepted.

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use lectern_app::App;
use lectern_base::Timestamp;

use crate::body::{Text, wrong_type};
use crate::error::HttpError;
use crate::page::view::Field;

const KIND: &str = "application/x-www-form-urlencoded";

/// The pairs of a form or of a query, in order; a name may come more than once.
#[derive(Debug, Clone, Default)]
pub struct FormData(Vec<(String, String)>);

impl FormData {
    /// Reads pairs; what is no pair is passed over.
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a name without white space around it; empty when it was not sent.
    pub fn one(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value exactly as typed, for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a name.
    pub fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        let pairs = self.0.iter().filter(move |(given, _)| given == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// A value that names something; 422 naming the field when it does not.
    pub fn read<T: FromStr>(&self, name: &str) -> Result<T, HttpError> {
        let value = self.one(name).parse();
        value.map_err(|_| HttpError::invalid(name, "Choose one of those offered."))
    }

    /// A value that must not be empty; 422 with this sentence when it is.
    pub fn needed(&self, name: &str, sentence: &str) -> Result<String, HttpError> {
        match self.one(name) {
            "" => Err(HttpError::invalid(name, sentence)),
            value => Ok(value.to_owned()),
        }
    }

    /// The first moment of a day in UTC, as a field for dates sends it; 422 with this sentence otherwise.
    pub fn day(&self, name: &str, sentence: &str) -> Result<Timestamp, HttpError> {
        let day = format!("{}T00:00:00Z", self.one(name)).parse();
        day.map_err(|_| HttpError::invalid(name, sentence))
    }
}

impl FromRequest<Arc<App>> for FormData {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        let text = Text::from_request(request, app).await?;
        match text.kind.as_deref() {
            Some(KIND) => Ok(Self::parse(&text.bytes)),
            None if text.bytes.is_empty() => Ok(Self::default()),
            _ => Err(wrong_type(KIND)),
        }
    }
}

/// A form that comes back: what was typed, and why it was not accepted.
#[derive(Debug, Clone)]
pub struct RejectedForm {
    /// What was typed.
    pub sent: FormData,
    status: StatusCode,
    detail: String,
    field: Option<String>,
}

impl Default for RejectedForm {
    /// A form that nobody has filled yet.
    fn default() -> Self {
        Self {
            sent: FormData::default(),
            status: StatusCode::OK,
            detail: String::new(),
            field: None,
        }
    }
}

impl RejectedForm {
    /// Takes what the person can mend by typing again; passes on everything else.
    pub fn of(sent: FormData, error: impl Into<HttpError>) -> Result<Self, HttpError> {
        let error = error.into();
        let problem = error.problem();
        let mendable = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::CONFLICT,
            StatusCode::UNPROCESSABLE_ENTITY,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        if !mendable.contains(&problem.code()) {
            return Err(error);
        }
        Ok(Self {
            sent,
            status: problem.code(),
            detail: problem.detail.clone(),
            field: problem.field.clone(),
        })
    }

    /// Puts the sentence beside this field, when no other is named.
    pub fn beside(mut self, field: &str) -> Self {
        self.field.get_or_insert_with(|| field.to_owned());
        self
    }

    /// The status of the page.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The sentence above the form, when it belongs to none of these fields.
    pub fn problem(&self, fields: &[&str]) -> Option<String> {
        let beside = self
            .field
            .as_deref()
            .is_some_and(|field| fields.contains(&field));
        (!beside && !self.detail.is_empty()).then(|| self.detail.clone())
    }

    /// A field with what was typed, and its error.
    pub fn field(&self, name: &str) -> Field {
        Field {
            value: self.sent.one(name).to_owned(),
            error: self.error(name),
        }
    }

    /// A field that is never shown again, such as a password.
    pub fn secret(&self, name: &str) -> Field {
        Field {
            value: String::new(),
            error: self.error(name),
        }
    }

    fn error(&self, name: &str) -> Option<String> {
        let here = self.field.as_deref() == Some(name);
        here.then(|| self.detail.clone())
    }
}

/// Leads on after a form was accepted.
pub fn go(to: impl AsRef<str>) -> Response {
    Redirect::to(to.as_ref()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_come_more_than_once_and_keep_their_order() {
        let sent = FormData::parse(b"roles=learner&name=+Ada+&roles=reviewer&password=+x+");
        assert_eq!(
            sent.all("roles").collect::<Vec<_>>(),
            ["learner", "reviewer"]
        );
        assert_eq!(sent.one("name"), "Ada");
        assert_eq!(sent.raw("password"), " x ");
        assert_eq!(sent.one("missing"), "");
        assert!(sent.read::<u32>("name").is_err());
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        let sent = FormData::parse(b"good=2026-05-04&bad=2026-13-04&odd=4+May");
        let day = sent.day("good", "").unwrap();
        assert_eq!(day.to_string(), "2026-05-04T00:00:00.000Z");
        for name in ["bad", "odd", "missing"] {
            assert!(sent.day(name, "Give a day.").is_err(), "{name}");
        }
    }

    #[test]
    fn what_was_typed_comes_back_beside_the_field_it_is_about() {
        let sent = FormData::parse(b"name=Ada&login=");
        let error = HttpError::invalid("login", "Give a login.");
        let rejected = RejectedForm::of(sent, error).unwrap();
        assert_eq!(rejected.field("name").value, "Ada");
        assert_eq!(rejected.field("name").error, None);
        assert_eq!(
            rejected.field("login").error.as_deref(),
            Some("Give a login.")
        );
        assert_eq!(rejected.problem(&["login"]), None);
        assert_eq!(
            rejected.problem(&["name"]).as_deref(),
            Some("Give a login.")
        );
        assert_eq!(rejected.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn what_typing_cannot_mend_is_passed_on() {
        let error = HttpError::not_found("article");
        assert!(RejectedForm::of(FormData::default(), error).is_err());
    }
}
