//! Changes between two revisions.

use askama::Template;
use axum::response::Response;

use crate::error::Reply;
use crate::extract::Id;
use crate::page::layout::{self, Frame};
use crate::page::visit::Visit;
use crate::revision::page::comparison::Compared;
use crate::revision::page::history::label;

#[derive(Template)]
#[template(path = "diff.html")]
pub(crate) struct DiffPage {
    pub frame: Frame,
    pub title: String,
    pub from: String,
    pub to: String,
    pub compared: Compared,
}

/// Shows the changes between two revisions.
pub async fn show(visit: Visit, Id(_): Id<String>) -> Reply<Response> {
    let (app, caller) = (&visit.app, &visit.caller);
    let (from, _) = app
        .access
        .open_revision(caller, visit.asked.read("from")?)
        .await?;
    let (to, opened) = app
        .access
        .open_revision(caller, visit.asked.read("to")?)
        .await?;
    let diffs = app.revisions.diff(&from, &to).await?;
    let links = app
        .renderer
        .links_between(&opened.article, from.id, to.id)
        .await?;
    let all = app
        .renderer
        .compare_sections(caller, diffs, &links, true)
        .await?;
    let page = DiffPage {
        compared: Compared::of(all, Vec::new(), true).0,
        from: format!("revision {} ({})", from.number, label(&from)),
        to: format!("revision {} ({})", to.number, label(&to)),
        title: opened.article.title,
        frame: visit.frame,
    };
    Ok(layout::show(&page))
}
