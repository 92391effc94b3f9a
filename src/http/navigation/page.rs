//! Branches of the tree, favourites, and whether the sidebar is collapsed.

use axum::http::header;
use axum::response::Response;
use serde::Deserialize;

use crate::cookie;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};
use crate::identity::page::sign_in::local;
use crate::navigation::sidebar::{Branch, BranchPart, COLLAPSED, SIDEBAR};
use crate::page::form::{FormData, go};
use crate::page::layout;
use crate::page::visit::{Guest, Visit};

/// Shows the articles of a module as a part of the tree, for the script that opens its branch.
pub async fn branch(
    app: State,
    SignedIn(caller): SignedIn,
    Id(slug): Id<String>,
) -> Reply<Response> {
    let opened = app.access.open_module_at(&caller, &slug).await?;
    let branch = Branch::open(&app, &caller, &opened.module).await?;
    Ok(layout::show(&BranchPart { branch }))
}

/// The sidebar as a person wants it.
#[derive(Deserialize)]
struct SidebarForm {
    #[serde(default)]
    sidebar: String,
    #[serde(default)]
    back: String,
}

/// Stores in this browser whether the sidebar is collapsed, and leads back.
pub async fn choose_sidebar(guest: Guest, sent: FormData) -> Reply<Response> {
    let SidebarForm { sidebar, back } = sent.fields()?;
    let mut response = go(local(&back));
    let state = if sidebar == COLLAPSED { COLLAPSED } else { "" };
    let cookie = cookie::keep(&guest.app, SIDEBAR, state);
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Whether an article shall be a favourite.
#[derive(Deserialize)]
struct FavouriteForm {
    #[serde(default)]
    favourite: bool,
    #[serde(default)]
    back: String,
}

/// Adds or removes a favourite, and leads back.
pub async fn choose_favourite(
    visit: Visit,
    Id(slug): Id<String>,
    sent: FormData,
) -> Reply<Response> {
    let FavouriteForm { favourite, back } = sent.fields()?;
    let access = &visit.app.access;
    let article = access.open_article_at(&visit.caller, &slug).await?.article;
    let favourites = &visit.app.favourites;
    match favourite {
        true => favourites.add(&visit.caller, article.id).await?,
        false => favourites.remove(&visit.caller, article.id).await?,
    }
    match back.is_empty() {
        true => Ok(go(format!("/a/{slug}"))),
        false => Ok(go(local(&back))),
    }
}
