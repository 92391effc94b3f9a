//! The people who may write an article and so can be mentioned in it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, PersonId};

use crate::body::{Json, Query};
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// How many people are named at most.
const MOST: usize = 20;

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WriterQuery {
    /// How a word of the name begins; everybody when left out.
    pub q: Option<String>,
}

/// Somebody who may write the article.
#[derive(Debug, Serialize, ToSchema)]
pub struct WriterReply {
    /// The person.
    pub id: PersonId,
    /// The name as others read it.
    pub name: String,
}

/// Lists the people who may write the article's draft, by name; at most twenty.
#[utoipa::path(get, path = "/api/v1/articles/{id}/writers", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article."), WriterQuery),
    responses((status = 200, description = "The people.", body = [WriterReply])))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<WriterQuery>,
) -> Reply<Json<Vec<WriterReply>>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let asked = wanted.q.unwrap_or_default();
    let found = app
        .access
        .writers_named(&opened.place, &asked, MOST)
        .await?;
    let reply = found.into_iter().map(|person| WriterReply {
        id: person.id,
        name: person.name,
    });
    Ok(Json(reply.collect()))
}
