//! Signing in and out.

use askama::Template;

use super::layout::Frame;
use super::view::Field;

#[derive(Template, Default)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub login: Field,
    pub password: Field,
    pub next: String,
}
