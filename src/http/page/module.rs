//! A module: its articles in order, where each stands, and its members.

use askama::Template;

use super::layout::Frame;
use super::view::{ArticleRow, Choice, Field};

#[derive(Template)]
#[template(path = "module.html")]
pub(super) struct ModulePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub module: ModuleHead,
    pub articles: Vec<ArticleRow>,
    pub members: Vec<Member>,
    pub roles: Vec<Choice>,
    pub login: Field,
    pub may_write: bool,
    pub may_steward: bool,
}

/// The head of a module's page.
pub(super) struct ModuleHead {
    pub slug: String,
    pub title: String,
    pub purpose: String,
    pub nature: String,
}

/// Somebody with a role in this module.
pub(super) struct Member {
    pub id: String,
    pub name: String,
    pub roles: String,
}

#[derive(Template, Default)]
#[template(path = "new_module.html")]
pub(super) struct NewModulePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub title: Field,
    pub purpose: Field,
    pub restricted: bool,
    pub controlled: bool,
}
