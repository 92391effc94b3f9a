//! The pages people read and write on, rendered on the server.
//!
//! A handler takes what the extractors give, makes one call downstairs, and fills one view. The
//! views know no rule: they are told who may do what.

mod error;
pub mod form;
pub mod layout;
pub mod view;
pub mod visit;

pub use error::problem;

use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The way to the sign-in page, which leads back to `wanted` (a path of this server).
pub fn to_sign_in(wanted: &str) -> Response {
    let next = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}
