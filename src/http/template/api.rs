//! Article templates.

use serde::Serialize;
use utoipa::ToSchema;

use lectern_template::{Section, Template};

use crate::body::Json;
use crate::error::{HttpError, Reply};
use crate::extract::{Id, SignedIn, State};

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateReply {
    /// Its id, such as `topic-article`.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Who uses it.
    pub audience: String,
    /// Its sections in order.
    pub sections: Vec<TemplateSection>,
    /// The questions that every approval answers.
    pub checklist: Vec<String>,
}

/// One section of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateSection {
    /// Its stable key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What belongs there.
    pub guidance: String,
    /// Whether review asks for it.
    pub required: bool,
}

impl From<&Template> for TemplateReply {
    fn from(template: &Template) -> Self {
        Self {
            id: template.id.clone(),
            version: template.version,
            title: template.title.clone(),
            purpose: template.purpose.clone(),
            audience: template.audience.clone(),
            sections: template
                .sections
                .iter()
                .map(TemplateSection::from)
                .collect(),
            checklist: template.review.checklist.clone(),
        }
    }
}

impl From<&Section> for TemplateSection {
    fn from(section: &Section) -> Self {
        Self {
            key: section.key.clone(),
            title: section.title.clone(),
            guidance: section.guidance.clone(),
            required: section.required,
        }
    }
}

/// All templates, each in its latest version.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    /// The templates.
    pub items: Vec<TemplateReply>,
}

/// Lists the templates.
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates",
    responses((status = 200, description = "The templates.", body = TemplateList)))]
pub async fn list(app: State, _: SignedIn) -> Json<TemplateList> {
    let items = app
        .templates
        .all()
        .into_iter()
        .map(TemplateReply::from)
        .collect();
    Json(TemplateList { items })
}

/// Shows the latest version of a template, or the one named by `id@version`.
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "The template, such as `topic-article`.")),
    responses((status = 200, description = "The template.", body = TemplateReply)))]
pub async fn show(app: State, _: SignedIn, Id(id): Id<String>) -> Reply<Json<TemplateReply>> {
    let found = app
        .templates
        .named(&id)
        .map_err(|_| HttpError::not_found("template"))?;
    Ok(Json(TemplateReply::from(found)))
}
