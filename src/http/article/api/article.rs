//! Articles: create one, show one.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_access::OpenedArticle;
use lectern_article::{Article, NewArticle, Standing};
use lectern_base::{
    ArticleId, Day, Hash, ModuleId, PersonId, ReviewId, RevisionId, Timestamp, Zone,
};
use lectern_identity::Caller;

use crate::article::api::effective;
use crate::article::api::format::{Format, FormatQuery};
use crate::body::{Json, Query};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// An article to be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleRequest {
    /// The module it belongs to.
    pub module: ModuleId,
    /// The template, such as `topic-article` or `topic-article@1`.
    pub template: String,
    /// The title.
    pub title: String,
}

/// An article, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleReply {
    /// Its id.
    pub id: ArticleId,
    /// Its name in addresses.
    pub slug: String,
    /// Its module.
    pub module: ModuleId,
    /// Its template, such as `topic-article@1`.
    pub template: String,
    /// Its title: of the effective version for readers, of the draft for editors.
    pub title: String,
    /// Where it stands.
    pub standing: Standing,
    /// Why its version was taken back, or the article given up.
    #[schema(required = true)]
    pub notice: Option<String>,
    /// Who answers for it.
    pub owner: PersonId,
    /// The effective version, if there is one.
    #[schema(required = true)]
    pub effective: Option<EffectiveReply>,
    /// The open review, if there is one and the caller may see drafts.
    #[schema(required = true)]
    pub open_review: Option<ReviewId>,
    /// The latest revision, if there is one and the caller may see drafts.
    #[schema(required = true)]
    pub latest_revision: Option<RevisionId>,
    /// Who started it.
    pub created_by: PersonId,
    /// When it was started.
    pub created_at: Timestamp,
}

/// Which version readers get.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectiveReply {
    /// The version, such as `3.0`.
    pub version: String,
    /// The revision it is.
    pub revision: RevisionId,
    /// The hash of its content.
    pub hash: Hash,
    /// Since when.
    pub since: Timestamp,
    /// When it is due to be looked at again.
    #[schema(required = true)]
    pub review_due: Option<Timestamp>,
    /// The day on which it became effective, in the organisation's time zone.
    pub since_day: Day,
    /// The day by which it is to be looked at again, in the organisation's time zone.
    #[schema(required = true)]
    pub review_day: Option<Day>,
}

impl ArticleReply {
    /// What an editor sees.
    pub fn of(article: &Article, zone: &Zone) -> Self {
        Self {
            id: article.id,
            slug: article.slug.clone(),
            module: article.module,
            template: article.template.to_string(),
            title: article.title.clone(),
            standing: article.standing,
            notice: article.notice.clone(),
            owner: article.owner,
            effective: article.effective.as_ref().map(|effective| EffectiveReply {
                version: format!("{}.0", effective.version),
                revision: effective.revision,
                hash: effective.hash,
                since: effective.since,
                review_due: effective.review_due,
                since_day: zone.day_of(effective.since),
                review_day: effective.review_due.map(|due| zone.day_of(due)),
            }),
            open_review: article.open_review,
            latest_revision: article.latest_revision,
            created_by: article.created_by,
            created_at: article.created_at,
        }
    }

    /// What this caller sees.
    pub fn seen(caller: &Caller, opened: &OpenedArticle, zone: &Zone) -> Self {
        if caller.editor(&opened.place).is_ok() {
            Self::of(&opened.article, zone)
        } else {
            Self::for_reader(&opened.article, zone)
        }
    }

    /// What a reader sees: nothing of the draft.
    pub fn for_reader(article: &Article, zone: &Zone) -> Self {
        let effective = article.effective.as_ref();
        Self {
            title: effective
                .map(|effective| effective.title.clone())
                .unwrap_or_default(),
            open_review: None,
            latest_revision: None,
            ..Self::of(article, zone)
        }
    }
}

/// Starts a draft from a template.
#[utoipa::path(post, path = "/api/v1/articles", tag = "articles", request_body = ArticleRequest,
    responses((status = 201, description = "The article.", body = ArticleReply)))]
pub async fn create(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<ArticleRequest>,
) -> Reply<Created<ArticleReply>> {
    let opened = app.access.open_module(&caller, given.module).await?;
    let author = caller.author(&opened.place)?;
    let template = app.templates.named(&given.template)?;
    let new = NewArticle { title: given.title };
    let article = app.articles.create(&author, template, new).await?;
    let at = format!("/api/v1/articles/{}", article.id);
    Ok(Created {
        at,
        body: ArticleReply::of(&article, app.zone()),
    })
}

/// Shows an article's record; with `?format=` its effective text.
#[utoipa::path(get, path = "/api/v1/articles/{id}", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."), FormatQuery),
    responses((status = 200, description = "The article.", body = ArticleReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<FormatQuery>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    match wanted.format {
        None | Some(Format::Json) => {
            Ok(Json(ArticleReply::seen(&caller, &opened, app.zone())).into_response())
        }
        Some(format) => effective::text(&app, &caller, &opened.article, format).await,
    }
}
