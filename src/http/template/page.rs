//! The list of templates, and the page of one.

use askama::Template;
use axum::response::Response;

use lectern_template::{Control, Quorum, Section, SectionKind, Unit};

use crate::article::page::new::{TemplateCard, cards};
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::layout::{self, Frame};
use crate::page::view::count;
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "templates.html")]
pub(crate) struct TemplatesPage {
    pub frame: Frame,
    pub templates: Vec<TemplateCard>,
}

#[derive(Template)]
#[template(path = "template.html")]
pub(crate) struct TemplatePage {
    pub frame: Frame,
    pub id: String,
    pub title: String,
    pub purpose: String,
    pub version: u32,
    pub audience: String,
    pub control: String,
    pub sections: Vec<SectionRow>,
    /// The titles of the fields, joined.
    pub fields: String,
    pub quorum: String,
    pub cycle: String,
    pub checklist: Vec<String>,
}

/// A section that the template asks for.
pub(crate) struct SectionRow {
    pub title: String,
    pub guidance: String,
    /// An example.
    pub example: Option<String>,
    /// "Required, 60–120 words".
    pub demands: String,
}

/// Lists all templates in their latest versions.
pub async fn list(visit: Visit) -> Reply<Response> {
    let page = TemplatesPage {
        templates: cards(&visit.app, ""),
        frame: visit.frame.at("templates"),
    };
    Ok(layout::show(&page))
}

/// Shows a template.
pub async fn show(visit: Visit, Id(id): Id<String>) -> Reply<Response> {
    let template = visit.app.templates.latest(&id).cloned();
    let template = template.ok_or_else(|| HttpError::not_found("template"))?;
    let titles: Vec<String> = template
        .fields
        .into_iter()
        .map(|field| field.title)
        .collect();
    let control = match template.control {
        Control::Informal => "informal",
        Control::Controlled => "controlled",
    };
    let page = TemplatePage {
        id: template.id,
        title: template.title,
        purpose: template.purpose,
        version: template.version,
        audience: template.audience,
        control: control.to_owned(),
        sections: template.sections.iter().map(section).collect(),
        fields: titles.join(", "),
        quorum: quorum(template.review.quorum),
        cycle: format!(
            "It is looked at again after {}.",
            count(template.review.review_months as usize, "month")
        ),
        checklist: template.review.checklist,
        frame: visit.frame.at("templates"),
    };
    Ok(layout::show(&page))
}

fn section(section: &Section) -> SectionRow {
    SectionRow {
        title: section.title.clone(),
        guidance: section.guidance.clone(),
        example: section.example.clone(),
        demands: demands(section),
    }
}

/// "Required, 60–120 words".
fn demands(section: &Section) -> String {
    let mut words = vec![
        if section.required {
            "Required"
        } else {
            "Optional"
        }
        .to_owned(),
    ];
    if let Some(length) = section.length {
        let unit = match length.unit {
            Unit::Words => "words",
            Unit::Items => "items",
        };
        words.push(match length.max {
            Some(max) if max == length.min => format!("{max} {unit}"),
            Some(max) => format!("{}–{max} {unit}", length.min),
            None => format!("at least {} {unit}", length.min),
        });
    }
    if section.kind == SectionKind::Fixed {
        words.push("fixed text".to_owned());
    }
    words.join(", ")
}

fn quorum(quorum: Quorum) -> String {
    match quorum {
        Quorum::Any => "One reviewer who did not write it approves.".to_owned(),
        Quorum::All => "All reviewers who did not write it approve.".to_owned(),
        Quorum::Number { n: 1 } => "One reviewer who did not write it approves.".to_owned(),
        Quorum::Number { n } => format!("{n} reviewers who did not write it approve."),
    }
}
