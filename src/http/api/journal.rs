//! The journal, for administrators.

use crate::base::{Page, Seek};
use crate::http::body::{Json, Query};
use crate::http::error::Reply;
use crate::http::extract::State;
use crate::identity::Caller;
use crate::journal::Entry;

/// Lists deeds, newest first.
#[utoipa::path(get, path = "/api/v1/journal", tag = "journal", params(Seek),
    responses((status = 200, description = "One page of the journal.", body = Page<Entry>)))]
pub async fn list(
    app: State,
    caller: Caller,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<Entry>>> {
    caller.admin()?;
    Ok(Json(app.journal.page(&seek).await?))
}
