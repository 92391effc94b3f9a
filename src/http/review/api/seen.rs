//! Sections of a text under review that the caller ticked as seen; private to the caller.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use lectern_app::App;
use lectern_base::ReviewId;
use lectern_identity::Caller;

use crate::body::Json;
use crate::error::Reply;
use crate::extract::{Id, Ids, SignedIn, State};

/// The sections that the caller ticked as seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeenReply {
    /// Their keys.
    pub sections: BTreeSet<String>,
}

/// Lists the sections that the caller ticked as seen; nobody else gets to know.
#[utoipa::path(get, path = "/api/v1/reviews/{id}/seen", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review.")),
    responses((status = 200, description = "The sections.", body = SeenReply)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ReviewId>,
) -> Reply<Json<SeenReply>> {
    let (review, _) = app.access.open_review(&caller, id).await?;
    let sections = app.reviews.seen_sections(&review, caller.id()).await?;
    Ok(Json(SeenReply { sections }))
}

/// Ticks a section as seen, for the caller alone.
#[utoipa::path(put, path = "/api/v1/reviews/{id}/seen/{section}", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review."),
        ("section" = String, Path, description = "The section's key.")),
    responses((status = 200, description = "All that are ticked.", body = SeenReply)))]
pub async fn see(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, section): Ids<ReviewId, String>,
) -> Reply<Json<SeenReply>> {
    tick(&app, &caller, id, &section, true).await
}

/// Takes the tick of a section away.
#[utoipa::path(delete, path = "/api/v1/reviews/{id}/seen/{section}", tag = "reviews",
    params(("id" = ReviewId, Path, description = "The review."),
        ("section" = String, Path, description = "The section's key.")),
    responses((status = 200, description = "All that are ticked.", body = SeenReply)))]
pub async fn unsee(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, section): Ids<ReviewId, String>,
) -> Reply<Json<SeenReply>> {
    tick(&app, &caller, id, &section, false).await
}

async fn tick(
    app: &App,
    caller: &Caller,
    id: ReviewId,
    section: &str,
    seen: bool,
) -> Reply<Json<SeenReply>> {
    let (review, opened) = app.access.open_review(caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let sections = app
        .reviews
        .mark_seen(&editor, &review, section, seen)
        .await?;
    Ok(Json(SeenReply { sections }))
}
