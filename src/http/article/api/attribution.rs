//! Authorship of the words of a draft.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use lectern_base::{ArticleId, PersonId};
use lectern_live::AttributedRun;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// The words of a draft and who wrote them.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttributionReply {
    /// The article.
    pub article: ArticleId,
    /// The sections in order.
    pub sections: Vec<AttributedSectionReply>,
}

/// One section.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttributedSectionReply {
    /// Its key.
    pub key: String,
    /// One entry for each paragraph, heading, cell or code block with text in it.
    pub lines: Vec<Vec<RunReply>>,
}

/// Words of one person that stand together.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunReply {
    /// Who wrote them; `null` for Lectern itself.
    #[schema(required = true)]
    pub person: Option<PersonId>,
    /// Their name.
    #[schema(required = true)]
    pub name: Option<String>,
    /// The words.
    pub text: String,
}

/// Shows who wrote which words of the draft; for those who may write it.
///
/// A person stays the author of what they typed offline, in another browser or through the
/// interface; who restores a revision becomes the author of what comes back with it.
#[utoipa::path(get, path = "/api/v1/articles/{id}/draft/attribution", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "The words and their authors.", body = AttributionReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<AttributionReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let (sections, names) = app.drafts.attribution(&caller, &opened).await?;
    let sections = sections.into_iter().map(|section| AttributedSectionReply {
        key: section.key,
        lines: section
            .lines
            .into_iter()
            .map(|line| runs(line, &names))
            .collect(),
    });
    Ok(Json(AttributionReply {
        article: id,
        sections: sections.collect(),
    }))
}

fn runs(line: Vec<AttributedRun>, names: &HashMap<PersonId, String>) -> Vec<RunReply> {
    let run = |run: AttributedRun| RunReply {
        name: run.person.and_then(|person| names.get(&person).cloned()),
        person: run.person,
        text: run.text,
    };
    line.into_iter().map(run).collect()
}
