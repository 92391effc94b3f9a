//! Favourites, and the articles opened last.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use lectern_access::OpenedArticle;
use lectern_base::{ArticleId, ModuleId};
use lectern_identity::Caller;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};
use crate::page::view::title_for;

/// Articles that the caller keeps at hand.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleLinks {
    /// The articles.
    pub items: Vec<ArticleLink>,
}

/// An article by its title.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleLink {
    /// The article.
    pub article: ArticleId,
    /// Its module.
    pub module: ModuleId,
    /// Its name in addresses.
    pub slug: String,
    /// Its title: that of the draft for those who write it, otherwise the approved one.
    pub title: String,
}

/// Lists the caller's favourites that they may still see, in the order in which they were added.
#[utoipa::path(get, path = "/api/v1/me/favourites", tag = "people",
    responses((status = 200, description = "The favourites.", body = ArticleLinks)))]
pub async fn favourites(app: State, SignedIn(caller): SignedIn) -> Reply<Json<ArticleLinks>> {
    let ids = app.favourites.of(caller.id()).await?;
    let known = app.access.articles_known(&caller, &ids).await?;
    Ok(Json(links(&caller, known)))
}

/// Lists the articles that the caller opened last on pages, newest first.
#[utoipa::path(get, path = "/api/v1/me/recent", tag = "people",
    responses((status = 200, description = "At most twelve articles.", body = ArticleLinks)))]
pub async fn recent(app: State, SignedIn(caller): SignedIn) -> Reply<Json<ArticleLinks>> {
    let ids = app.recent.of(caller.id()).await?;
    let known = app.access.articles_known(&caller, &ids).await?;
    Ok(Json(links(&caller, known)))
}

/// Makes an article a favourite of the caller. A person may have 100.
#[utoipa::path(put, path = "/api/v1/me/favourites/{article}", tag = "people",
    params(("article" = ArticleId, Path, description = "The article.")),
    responses((status = 204, description = "It is a favourite.")))]
pub async fn add_favourite(
    app: State,
    SignedIn(caller): SignedIn,
    Id(article): Id<ArticleId>,
) -> Reply<StatusCode> {
    let opened = app.access.open_article(&caller, article).await?;
    app.favourites.add(&caller, opened.article.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an article from the caller's favourites.
#[utoipa::path(delete, path = "/api/v1/me/favourites/{article}", tag = "people",
    params(("article" = ArticleId, Path, description = "The article.")),
    responses((status = 204, description = "It is no favourite.")))]
pub async fn remove_favourite(
    app: State,
    SignedIn(caller): SignedIn,
    Id(article): Id<ArticleId>,
) -> Reply<StatusCode> {
    app.favourites.remove(&caller, article).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn links(caller: &Caller, known: Vec<OpenedArticle>) -> ArticleLinks {
    let link = |opened: OpenedArticle| {
        let writes = caller.editor(&opened.place).is_ok();
        ArticleLink {
            title: title_for(&opened.article, writes),
            article: opened.article.id,
            module: opened.module.id,
            slug: opened.article.slug,
        }
    };
    ArticleLinks {
        items: known.into_iter().map(link).collect(),
    }
}
