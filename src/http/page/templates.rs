//! The templates, and one of them: what it asks for and who approves.

use askama::Template;

use super::layout::Frame;
use super::new_article::TemplateCard;

#[derive(Template)]
#[template(path = "templates.html")]
pub(super) struct TemplatesPage {
    pub frame: Frame,
    pub templates: Vec<TemplateCard>,
}

#[derive(Template)]
#[template(path = "template.html")]
pub(super) struct TemplatePage {
    pub frame: Frame,
    pub id: String,
    pub title: String,
    pub purpose: String,
    pub version: u32,
    pub audience: String,
    pub control: String,
    pub sections: Vec<TemplateSection>,
    /// The titles of the fields, joined.
    pub fields: String,
    pub quorum: String,
    pub cycle: String,
    pub checklist: Vec<String>,
}

/// A section that the template asks for.
pub(super) struct TemplateSection {
    pub title: String,
    pub guidance: String,
    /// "Required, 60–120 words".
    pub demands: String,
}
