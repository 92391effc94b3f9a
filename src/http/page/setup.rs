//! First run: the one-time code becomes an organisation and its first administrator.

use askama::Template;

use super::layout::Frame;
use super::view::Field;

#[derive(Template, Default)]
#[template(path = "setup.html")]
pub(super) struct SetupPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub code: Field,
    pub organisation: Field,
    pub name: Field,
    pub login: Field,
    pub password: Field,
}
