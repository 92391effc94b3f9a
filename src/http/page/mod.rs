//! What all pages share: frame, forms, error page, extractors, small views.
//!
//! Pages are rendered on the server. A handler extracts, makes one call to a crate below, and fills
//! one view; views hold no rules.

mod error;
pub mod form;
pub mod layout;
pub mod view;
pub mod visit;

pub use error::problem;

use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Redirects to the sign-in page, which leads back to the path `wanted`.
pub fn to_sign_in(wanted: &str) -> Response {
    let next = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}
