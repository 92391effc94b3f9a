//! Search over what the caller may see.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, ModuleId};
use lectern_search::{Hit, Near, Passage};

use crate::body::{Json, Query};
use crate::error::Reply;
use crate::extract::{SignedIn, State};

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The words, of which any may match. `"quoted words"` stand side by side and `-word` is left
    /// out; `tag:`, `module:`, `template:`, `by:`, `state:approved`, `state:draft`, `has:table`,
    /// `has:picture`, `has:file`, `before:2026-05` and `after:2026-05-31` narrow the search.
    pub q: String,
    /// How many hits to return: 1 to 100, 20 when left out.
    pub limit: Option<usize>,
    /// How many hits to pass over.
    pub offset: Option<usize>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchReply {
    /// Articles that matched.
    pub total: usize,
    /// The hits, best first.
    pub hits: Vec<HitReply>,
    /// Words for which similar ones are shown.
    pub near: Vec<NearReply>,
    /// Words that nothing matches.
    pub missing: Vec<String>,
    /// The end of the query, if it was too long to be looked for.
    #[schema(required = true)]
    pub left_out: Option<String>,
}

/// A word for which similar ones are shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearReply {
    /// The word as typed.
    pub typed: String,
    /// The similar words.
    pub shown: Vec<String>,
    /// Whether nothing has the word as typed; `false` means that similar ones are shown as well.
    pub instead: bool,
}

impl From<Near> for NearReply {
    fn from(near: Near) -> Self {
        Self {
            typed: near.typed,
            shown: near.shown,
            instead: near.instead,
        }
    }
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
    /// What matches in the draft as well, beside the effective version.
    #[schema(required = true)]
    pub draft_match: Option<DraftMatchReply>,
}

/// What matches in the draft of an article whose effective version matches too.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftMatchReply {
    /// The title of the draft.
    pub title: String,
    /// The section's key; empty when the title matched.
    pub section: String,
    /// The section's title.
    pub section_title: String,
    /// The words around the hit: escaped HTML with `<mark>`.
    pub snippet: String,
}

impl From<Passage> for DraftMatchReply {
    fn from(passage: Passage) -> Self {
        Self {
            title: passage.title,
            section: passage.section_key,
            section_title: passage.section_title,
            snippet: passage.snippet_html,
        }
    }
}

impl From<Hit> for HitReply {
    fn from(hit: Hit) -> Self {
        Self {
            article: hit.article,
            module: hit.module,
            slug: hit.slug,
            title: hit.found.title,
            draft: hit.version.is_none(),
            version: hit.version.map(|version| format!("{version}.0")),
            section: hit.found.section_key,
            section_title: hit.found.section_title,
            snippet: hit.found.snippet_html,
            draft_match: hit.draft.map(DraftMatchReply::from),
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
        near: found.near.into_iter().map(NearReply::from).collect(),
        missing: found.missing,
        left_out: found.left_out,
    }))
}
