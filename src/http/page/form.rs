//! Reading a form into a struct, and showing it again when it was not accepted.

use std::cell::OnceCell;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::value;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use url::form_urlencoded::{self, Serializer};

use lectern_app::App;
use lectern_base::Day;

use crate::body::{TextBody, wrong_type};
use crate::error::HttpError;
use crate::page::view::Field;

const KIND: &str = "application/x-www-form-urlencoded";

/// Fields that are read exactly as typed; all others lose the white space around them.
const SECRETS: [&str; 3] = ["password", "old", "new"];

/// The pairs of a form or of a query, in order; a name may repeat.
#[derive(Debug, Clone, Default)]
pub struct FormData(Vec<(String, String)>);

impl FormData {
    /// Parses pairs; whatever is not a pair is skipped.
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Reads the fields that `T` declares and ignores all others.
    ///
    /// # Errors
    /// 422 naming the field whose value does not fit.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let buffer = OnceCell::new();
        let fields = Fields {
            data: self,
            buffer: &buffer,
        };
        serde_path_to_error::deserialize(fields).map_err(|error| {
            let path = error.path().to_string();
            let name = path.split(['[', '.']).next().unwrap_or_default();
            // A missing field is named in the message only.
            let message = error.inner().to_string();
            let missing = message.split('`').nth(1).unwrap_or("form");
            HttpError::invalid(if name.is_empty() { missing } else { name }, OFFERED)
        })
    }

    /// Returns the trimmed value of a name, or "" when it was not sent.
    pub fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default().trim()
    }

    /// Returns all values of a name.
    pub fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        let pairs = self.0.iter().filter(move |(given, _)| given == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// Parses the value of a name; 422 naming the field when it does not fit.
    pub fn read<T: FromStr>(&self, name: &str) -> Result<T, HttpError> {
        parsed(name, self.one(name))
    }
}

/// The sentence beside a value that is not one of those in a list.
const OFFERED: &str = "Choose one of those offered.";

/// Parses a value that names something.
///
/// # Errors
/// 422 naming the field.
pub fn parsed<T: FromStr>(name: &str, value: &str) -> Result<T, HttpError> {
    value.parse().map_err(|_| HttpError::invalid(name, OFFERED))
}

/// Returns a value that must not be empty.
///
/// # Errors
/// 422 with this sentence, naming the field.
pub fn needed(name: &str, value: String, sentence: &str) -> Result<String, HttpError> {
    match value.is_empty() {
        true => Err(HttpError::invalid(name, sentence)),
        false => Ok(value),
    }
}

/// Returns a day given as `2026-05-04`, the format of date fields.
///
/// # Errors
/// 422 with this sentence, naming the field.
pub fn day(name: &str, value: &str, sentence: &str) -> Result<Day, HttpError> {
    value
        .parse()
        .map_err(|_| HttpError::invalid(name, sentence))
}

/// Reads an empty field as `None`, for `#[serde(deserialize_with)]`.
pub fn empty_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let value = text
        .parse()
        .map_err(|_| D::Error::custom("unexpected text"));
    value.map(Some)
}

/// Hands a struct the fields that it declares, so that it may deny unknown ones: a form also sends
/// where to lead back, and which button was pressed.
struct Fields<'f> {
    data: &'f FormData,
    buffer: &'f OnceCell<String>,
}

impl<'f> Fields<'f> {
    fn declared(self, names: &[&str]) -> serde_html_form::Deserializer<'f> {
        let text = self.buffer.get_or_init(|| {
            let mut encoded = Serializer::new(String::new());
            for (name, value) in &self.data.0 {
                if names.contains(&name.as_str()) {
                    let is_secret = SECRETS.contains(&name.as_str());
                    encoded.append_pair(name, if is_secret { value } else { value.trim() });
                }
            }
            encoded.finish()
        });
        serde_html_form::Deserializer::from_bytes(text.as_bytes())
    }
}

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(value::Error::custom("a form is read into a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.declared(names).deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl FromRequest<Arc<App>> for FormData {
    type Rejection = HttpError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, HttpError> {
        let text = TextBody::from_request(request, app).await?;
        match text.kind.as_deref() {
            Some(KIND) => Ok(Self::parse(&text.bytes)),
            None if text.bytes.is_empty() => Ok(Self::default()),
            _ => Err(wrong_type(KIND)),
        }
    }
}

/// A form that was not accepted: what was typed, and why.
#[derive(Debug, Clone)]
pub struct RejectedForm {
    /// What was typed.
    pub sent: FormData,
    status: StatusCode,
    detail: String,
    field: Option<String>,
}

impl Default for RejectedForm {
    /// An empty form.
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
    /// Keeps what was sent for an error that other input may avoid; returns every other error.
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

    /// Shows the sentence beside this field unless the error names another.
    pub fn beside(mut self, field: &str) -> Self {
        self.field.get_or_insert_with(|| field.to_owned());
        self
    }

    /// Returns the status of the page.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the sentence above the form, unless it belongs to one of these fields.
    pub fn problem(&self, fields: &[&str]) -> Option<String> {
        let beside = self
            .field
            .as_deref()
            .is_some_and(|field| fields.contains(&field));
        (!beside && !self.detail.is_empty()).then(|| self.detail.clone())
    }

    /// Returns a field with what was typed, and its error.
    pub fn field(&self, name: &str) -> Field {
        Field {
            value: self.sent.one(name).to_owned(),
            error: self.error(name),
        }
    }

    /// Returns a field whose value is not sent back, such as a password.
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

/// Redirects to the page that follows an accepted form.
pub fn go(to: impl AsRef<str>) -> Response {
    Redirect::to(to.as_ref()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::ModuleId;
    use lectern_identity::Role;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        password: String,
        #[serde(default)]
        roles: Vec<Role>,
        #[serde(default, deserialize_with = "empty_as_none")]
        module: Option<ModuleId>,
        #[serde(default, deserialize_with = "empty_as_none")]
        number: Option<u64>,
    }

    #[test]
    fn a_struct_gets_the_fields_that_it_declares() {
        let module = ModuleId::new();
        let text = format!(
            "roles=learner&name=+Ada+&roles=reviewer&password=+x+&back=/&module={module}&number=7"
        );
        let data = FormData::parse(text.as_bytes());
        let sample: Sample = data.fields().unwrap();
        assert_eq!(sample.name, "Ada");
        assert_eq!(sample.password, " x ");
        assert_eq!(sample.roles, [Role::Learner, Role::Reviewer]);
        assert_eq!(sample.module, Some(module));
        assert_eq!(sample.number, Some(7));
        let one = FormData::parse(b"name=&password=&roles=lead&module=");
        let sample: Sample = one.fields().unwrap();
        assert_eq!((sample.name.as_str(), sample.module), ("", None));
        assert_eq!(sample.roles, [Role::Lead]);
    }

    #[test]
    fn a_field_that_does_not_fit_is_named() {
        for (text, field) in [
            ("name=Ada&password=x&roles=king", "roles"),
            ("name=Ada&password=x&roles=lead&roles=king", "roles"),
            ("name=Ada&password=x&module=y", "module"),
            ("name=Ada", "password"),
        ] {
            let error = FormData::parse(text.as_bytes()).fields::<Sample>();
            let error = error.unwrap_err();
            assert_eq!(error.problem().field.as_deref(), Some(field), "{text}");
            assert_eq!(error.problem().detail, OFFERED);
        }
    }

    #[test]
    fn a_day_is_read_from_a_date_field() {
        let day_of_form = day("day", "2026-05-04", "").unwrap();
        assert_eq!(day_of_form.to_string(), "2026-05-04");
        for value in ["2026-13-04", "4 May", ""] {
            assert!(day("day", value, "Give a day.").is_err(), "{value}");
        }
    }

    #[test]
    fn what_was_typed_is_shown_again_with_the_error_beside_its_field() {
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
    fn an_error_that_no_input_avoids_is_returned() {
        let error = HttpError::not_found("article");
        assert!(RejectedForm::of(FormData::default(), error).is_err());
    }
}
