//! The editing page: the draft, and what the editor needs to start.

use askama::Template;
use axum::response::Response;
use serde::Serialize;

use lectern_access::OpenedArticle;
use lectern_authoring::Draft;
use lectern_base::{ArticleId, PersonId};
use lectern_document::SCHEMA_VERSION;
use lectern_template::{Field as TemplateField, FieldKind, Length, Section};

use crate::article::page::read::{facts, language, sections};
use crate::article::page::status::{Ahead, ahead, open_review, standing};
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::go;
use crate::page::layout::{self, Frame};
use crate::page::view::{Fact, Html, Moment, SectionView};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "write.html")]
pub(crate) struct WritePage {
    pub frame: Frame,
    /// JSON for the editor, with every `<` escaped.
    pub draft: String,
    pub slug: String,
    pub title: String,
    pub standing: Html,
    pub open_review: Option<String>,
    pub ahead: Option<Ahead>,
    pub may_request: bool,
    /// When a damaged part of the draft was set aside, until somebody settles it.
    pub set_aside: Option<Moment>,
    pub may_settle: bool,
    /// The language of the text (BCP 47), if its field is filled.
    pub language: Option<String>,
    pub fields: Vec<Fact>,
    pub sections: Vec<SectionView>,
}

/// The parameters of the editor.
#[derive(Serialize)]
struct Handover<'a> {
    article: ArticleId,
    slug: &'a str,
    title: &'a str,
    collab: &'static str,
    schema_version: u32,
    person: PersonTag,
    read_only: bool,
    /// Whether the caller can only suggest changes.
    suggest: bool,
    file_limit: usize,
    sections: Vec<SectionTag<'a>>,
    fields: Vec<FieldTag<'a>>,
}

#[derive(Serialize)]
struct PersonTag {
    id: PersonId,
    name: String,
    color: &'static str,
}

#[derive(Serialize)]
struct SectionTag<'a> {
    key: &'a str,
    title: &'a str,
    guidance: &'a str,
    example: Option<&'a str>,
    required: bool,
    length: Option<&'a Length>,
}

#[derive(Serialize)]
struct FieldTag<'a> {
    key: &'a str,
    title: &'a str,
    kind: FieldKind,
    choices: &'a [String],
    fixed: Option<String>,
}

/// Shows the draft to those who may write it.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, &slug)
        .await?;
    visit.caller.editor(&opened.place)?;
    visit.app.recent.open(visit.caller.id(), opened.article.id);
    let draft = visit.app.drafts.read(&opened.article).await?;
    let set_aside = visit.app.drafts.set_aside(&opened.article).await?;
    let handover = handover(&visit, &opened, &draft);
    let review = open_review(&visit, &opened.article).await?;
    let reference = draft.template.reference();
    let (texts, values) = (&draft.content.sections, &draft.content.fields);
    let links = visit.app.reviews.links_of(&opened.article, None).await?;
    let page = WritePage {
        draft: for_script(&handover)?,
        standing: standing(&visit, &opened.article, true).await?,
        ahead: match &review {
            Some(review) => ahead(&visit, &opened.article, review).await?,
            None => None,
        },
        may_request: review.is_none(),
        set_aside: set_aside
            .first()
            .map(|aside| Moment::minute(aside.at.date_time())),
        may_settle: visit.caller.steward(&opened.place).is_ok(),
        open_review: review.map(|review| review.id.to_string()),
        language: language(&draft.content.fields),
        fields: facts(&visit.app, &reference, &draft.content.fields),
        sections: sections(&visit, &reference, texts, values, &links).await?,
        slug: opened.article.slug,
        title: draft.content.title,
        frame: visit.frame,
    };
    Ok(layout::show(&page))
}

/// Settles the notice about the part that was set aside.
pub async fn settle(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, &slug)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    visit
        .app
        .drafts
        .dismiss_set_aside(&steward, &opened.article)
        .await?;
    Ok(go(format!("/a/{slug}/edit")))
}

fn handover<'a>(visit: &Visit, opened: &'a OpenedArticle, draft: &'a Draft) -> Handover<'a> {
    let section = |section: &'a Section| SectionTag {
        key: &section.key,
        title: &section.title,
        guidance: &section.guidance,
        example: section.example.as_deref(),
        required: section.required,
        length: section.length.as_ref(),
    };
    let field = |field: &'a TemplateField| FieldTag {
        key: &field.key,
        title: &field.title,
        kind: field.kind,
        choices: &field.choices,
        fixed: field.fixed_value(),
    };
    let article = &opened.article;
    Handover {
        article: article.id,
        slug: &article.slug,
        title: &draft.content.title,
        collab: "/collab",
        schema_version: SCHEMA_VERSION,
        person: PersonTag {
            id: visit.caller.id(),
            name: visit.caller.person().name.clone(),
            color: visit.caller.person().color(),
        },
        read_only: false,
        suggest: visit.caller.author(&opened.place).is_err(),
        file_limit: visit.app.config.http.file_limit,
        sections: draft.template.sections.iter().map(section).collect(),
        fields: draft.template.fields.iter().map(field).collect(),
    }
}

/// Escapes JSON so that nothing in it ends the script element.
fn for_script(value: &impl Serialize) -> Reply<String> {
    let json = serde_json::to_string(value).map_err(|cause| HttpError::internal(&cause))?;
    Ok(json.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_end_the_script_element() {
        let json = for_script(&["</script><script>alert(1)</script>"]).unwrap();
        assert!(!json.contains('<'));
        let back: Vec<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(back, ["</script><script>alert(1)</script>"]);
    }
}
