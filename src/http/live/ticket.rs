//! Tickets: short-lived credentials for the WebSocket of one article.

use serde::Serialize;
use utoipa::ToSchema;

use lectern_base::{ArticleId, Timestamp};

use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// A ticket, to be given as `?ticket=` when the socket is opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketReply {
    /// The secret; it works once.
    pub ticket: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Makes a ticket for `/collab/{article}`.
#[utoipa::path(post, path = "/api/v1/articles/{id}/tickets", tag = "articles",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 201, description = "The ticket.", body = TicketReply)))]
pub async fn create(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Created<TicketReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let ticket = app.identity.make_ticket(&caller, id).await?;
    let body = TicketReply {
        ticket: ticket.ticket,
        expires_at: ticket.expires_at,
    };
    Ok(Created {
        at: format!("/collab/{id}"),
        body,
    })
}
