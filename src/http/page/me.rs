//! Me: my password and my API tokens.

use askama::Template;

use super::layout::Frame;
use super::view::{Field, Html};

#[derive(Template)]
#[template(path = "me.html")]
pub(super) struct MePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub name: String,
    pub login: String,
    pub roles: String,
    pub old: Field,
    pub new: Field,
    pub label: Field,
    pub tokens: Vec<TokenRow>,
    /// A token made just now, shown this once.
    pub secret: Option<String>,
}

/// One of my tokens.
pub(super) struct TokenRow {
    pub id: String,
    pub label: String,
    pub state: Html,
    pub active: bool,
}

#[derive(Template)]
#[template(path = "shortcuts.html")]
pub(super) struct ShortcutsPage {
    pub frame: Frame,
}
