//! The effective version: what readers get.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use lectern_app::App;
use lectern_article::Article;
use lectern_base::{ArticleId, Day, Hash, PersonId, RevisionId, Timestamp};
use lectern_identity::Caller;
use lectern_review::Version;
use lectern_revision::Content;

use crate::article::api::format::{self, Format, FormatQuery};
use crate::body::{Json, Query};
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// The effective version with its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveText {
    /// The article.
    pub article: ArticleId,
    /// The version, such as `3.0`.
    pub version: String,
    /// The revision it is.
    pub revision: RevisionId,
    /// SHA-256 of its content as canonical JSON: what every counted approver saw.
    pub hash: Hash,
    /// Since when it is effective.
    pub since: Timestamp,
    /// When it is due to be looked at again.
    #[schema(required = true)]
    pub review_due: Option<Timestamp>,
    /// The day on which it became effective, in the organisation's time zone.
    pub since_day: Day,
    /// The day by which it is to be looked at again, in the organisation's time zone.
    #[schema(required = true)]
    pub review_day: Option<Day>,
    /// The organisation's time zone (IANA).
    pub time_zone: String,
    /// The title.
    pub title: String,
    /// The template, such as `topic-article@1`.
    pub template: String,
    /// What the template asks for beside the text.
    pub fields: BTreeMap<String, String>,
    /// The sections in order.
    pub sections: Vec<EffectiveSection>,
    /// Who wrote it.
    pub contributors: Vec<PersonId>,
    /// Whose approvals counted.
    pub approved_by: Vec<PersonId>,
}

/// One section of the effective version.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveSection {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub markdown: String,
}

impl EffectiveText {
    fn of(app: &App, version: Version, content: Content) -> Self {
        let sections = content.sections.into_iter().map(|text| EffectiveSection {
            title: app.renderer.heading(&content.template, &text.key),
            key: text.key,
            markdown: text.markdown,
        });
        Self {
            article: version.article,
            version: format!("{}.0", version.number),
            revision: version.revision,
            hash: version.hash,
            since: version.effective_at,
            review_due: version.review_due,
            since_day: app.zone().day_of(version.effective_at),
            review_day: version.review_due.map(|due| app.zone().day_of(due)),
            time_zone: app.zone().to_string(),
            title: content.title,
            template: content.template.to_string(),
            fields: content.fields,
            sections: sections.collect(),
            contributors: version.contributors,
            approved_by: version.approved_by,
        }
    }
}

/// Shows the effective version, for everybody who may read the module.
#[utoipa::path(get, path = "/api/v1/articles/{id}/effective", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."), FormatQuery),
    responses((status = 200, description = "The effective version.", body = EffectiveText),
        (status = 404, description = "There is none.", body = crate::Problem)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<FormatQuery>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    let reader = caller.reader(&opened.place)?;
    app.readings.opened(&reader, &opened.article).await?;
    text(&app, &caller, &opened.article, wanted.or_json()).await
}

/// The effective version in one of its forms.
pub async fn text(
    app: &App,
    caller: &Caller,
    article: &Article,
    wanted: Format,
) -> Reply<Response> {
    let (version, content) = app.renderer.effective(article).await?;
    Ok(match wanted {
        Format::Json => Json(EffectiveText::of(app, version, content)).into_response(),
        Format::Markdown => format::markdown(app.renderer.effective_markdown(&content)),
        Format::Html => {
            let html = app.renderer.effective_html(caller, article, &content);
            format::html(html.await?)
        }
    })
}
