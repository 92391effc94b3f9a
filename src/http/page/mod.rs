//! The pages people read and write on, rendered on the server.
//!
//! A handler takes what the extractors give, makes one call downstairs, and fills one view. The
//! views know no rule: they are told who may do what.

mod diff;
mod error;
mod history;
mod home;
mod journal;
mod layout;
mod me;
mod module;
mod new_article;
mod people;
mod read;
mod request_review;
mod review;
#[cfg(test)]
mod samples;
mod search;
mod setup;
mod sign_in;
mod templates;
mod view;
mod write;

pub use error::problem;

use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The way to the sign-in page, which leads back to `wanted` (a path of this server).
pub fn to_sign_in(wanted: &str) -> Response {
    let next = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}
