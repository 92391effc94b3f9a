//! The pages people read and write on, rendered on the server.
//!
//! A handler takes what the extractors give, makes one call downstairs, and fills one view. The
//! views know no rule: they are told who may do what.

pub mod acknowledge;
pub mod alerts;
pub mod authors;
mod compared;
mod decided;
pub mod delegations;
pub mod diff;
mod error;
mod form;
pub mod history;
pub mod home;
pub mod inbox;
pub mod journal;
mod layout;
pub mod me;
pub mod measures;
pub mod module;
pub mod module_rules;
pub mod new_article;
pub mod pack;
pub mod password;
pub mod people;
pub mod read;
pub mod reading;
pub mod request_review;
pub mod review;
mod review_text;
pub mod search;
pub mod second_factor;
pub mod setup;
pub mod sign_in;
mod signing;
mod sought;
mod standing;
pub mod templates;
mod told;
mod view;
mod visit;
mod words;
pub mod write;

pub use error::problem;

use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The way to the sign-in page, which leads back to `wanted` (a path of this server).
pub fn to_sign_in(wanted: &str) -> Response {
    let next = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}
