//! Search over what the caller may see.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, ModuleId};
use lectern_search::Hit;

use crate::body::{Json, Query};
use crate::error::Reply;
use crate::extract::{SignedIn, State};

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The words; a typo is forgiven, and "quoted words" stand together.
    pub q: String,
    /// How many hits to return: 1 to 100, 20 when left out.
    pub limit: Option<usize>,
    /// How many hits to pass over.
    pub offset: Option<usize>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchReply {
    /// Articles that matched, counted over the best thousand sections.
    pub total: usize,
    /// The hits, best first.
    pub hits: Vec<HitReply>,
}

/// One article that was found, with the section that matched best.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitReply {
    /// The article.
    pub article: ArticleId,
    /// Its module.
    pub module: ModuleId,
    /// The article's name in addresses.
    pub slug: String,
    /// The article's title.
    pub title: String,
    /// Whether the words stand in the draft; `false` means the effective version.
    pub draft: bool,
    /// The effective version, such as `3.0`; none for a draft.
    #[schema(required = true)]
    pub version: Option<String>,
    /// The section's key, the anchor of its page; empty when the title matched.
    pub section: String,
    /// The section's title.
    pub section_title: String,
    /// The words around the hit: escaped HTML with `<mark>`.
    pub snippet: String,
}

impl From<Hit> for HitReply {
    fn from(hit: Hit) -> Self {
        Self {
            article: hit.article,
            module: hit.module,
            slug: hit.slug,
            title: hit.title,
            draft: hit.version.is_none(),
            version: hit.version.map(|version| format!("{version}.0")),
            section: hit.section_key,
            section_title: hit.section_title,
            snippet: hit.snippet_html,
        }
    }
}

/// Finds text in effective versions, and in drafts of the caller's modules.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, description = "What was found.", body = SearchReply)))]
pub async fn search(
    app: State,
    SignedIn(caller): SignedIn,
    Query(wanted): Query<SearchQuery>,
) -> Reply<Json<SearchReply>> {
    let limit = wanted.limit.unwrap_or(20).clamp(1, 100);
    let offset = wanted.offset.unwrap_or(0);
    let found = app
        .access
        .search(&caller, &wanted.q, offset..offset.saturating_add(limit))
        .await?;
    let hits = found.hits.into_iter().map(HitReply::from).collect();
    Ok(Json(SearchReply {
        total: found.total,
        hits,
    }))
}
