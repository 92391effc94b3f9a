//! Starting an article: a title, a module, and a template to pick from cards.

use askama::Template;

use super::layout::Frame;
use super::view::{Choice, Field};

#[derive(Template)]
#[template(path = "new_article.html")]
pub(super) struct NewArticlePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub title: Field,
    pub template: Field,
    pub modules: Vec<Choice>,
    pub templates: Vec<TemplateCard>,
    pub may_found: bool,
}

/// A template to pick: its purpose, its sections, who uses it.
pub(super) struct TemplateCard {
    pub id: String,
    pub title: String,
    pub purpose: String,
    pub sections: String,
    pub audience: String,
    pub chosen: bool,
}
