//! Audit packages, from the page of a module or the history of an article.

use axum::response::Response;
use serde::Deserialize;

use crate::error::Reply;
use crate::extract::Id;
use crate::pack::zip;
use crate::page::form::FormData;
use crate::page::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReasonForm {
    reason: String,
}

/// Creates the audit package of an article.
pub async fn of_article(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, &slug)
        .await?;
    let archivist = visit.caller.archivist(&opened.place)?;
    let ReasonForm { reason } = sent.fields()?;
    let made = visit
        .app
        .exchange
        .export_article(&archivist, &opened.article, Some(reason));
    Ok(zip::download(made.await?))
}

/// Creates the audit package of a module.
pub async fn of_module(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    let archivist = visit.caller.archivist(&opened.place)?;
    let ReasonForm { reason } = sent.fields()?;
    let made = visit
        .app
        .exchange
        .export_module(&archivist, &opened.module, Some(reason));
    Ok(zip::download(made.await?))
}
