//! Search: one entry for each article, with a link to the section that matches best.

use askama::Template;
use axum::response::Response;
use url::form_urlencoded;

use lectern_base::ModuleId;
use lectern_search::Hit;

use crate::error::Reply;
use crate::page::layout::{self, Frame};
use crate::page::view::count;
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    pub frame: Frame,
    pub found: String,
    pub results: Vec<ResultRow>,
    pub next: Option<String>,
}

/// A matching article with its best section.
pub(crate) struct ResultRow {
    pub href: String,
    pub title: String,
    pub module: String,
    pub standing: String,
    /// The address of the section.
    pub jump: String,
    pub section: String,
    /// Safe HTML with `<mark>`.
    pub snippet: String,
}

/// Hits on one page.
const PAGE: usize = 20;

/// Shows the results for the query.
pub async fn show(visit: Visit) -> Reply<Response> {
    let typed: String = visit.asked.one("q").chars().take(200).collect();
    let offset = visit.asked.one("from").parse().unwrap_or(0);
    let found = visit
        .app
        .access
        .search(&visit.caller, &typed, offset..offset.saturating_add(PAGE))
        .await?;
    let shown = offset.saturating_add(found.hits.len());
    let more = (!found.hits.is_empty() && shown < found.total).then_some(shown);
    let mut frame = visit.frame.clone();
    frame.query.clone_from(&typed);
    let page = SearchPage {
        found: match found.total {
            0 => "Nothing found.".to_owned(),
            total => format!("{} found.", count(total, "article")),
        },
        results: rows(&visit, found.hits).await?,
        next: more.map(|from| next(&typed, from)),
        frame,
    };
    Ok(layout::show(&page))
}

fn next(typed: &str, from: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("q", typed)
        .append_pair("from", &from.to_string());
    format!("/search?{}", query.finish())
}

async fn rows(visit: &Visit, hits: Vec<Hit>) -> Reply<Vec<ResultRow>> {
    let mut rows = Vec::new();
    for hit in hits {
        let href = place(&hit);
        let standing = match hit.version {
            Some(number) => format!("v{number}.0"),
            None => "Draft".to_owned(),
        };
        rows.push(ResultRow {
            jump: format!("{href}#section-{}", hit.section_key),
            href,
            title: hit.title,
            module: module_title(visit, hit.module).await?,
            standing,
            section: hit.section_title,
            snippet: hit.snippet_html,
        });
    }
    Ok(rows)
}

fn place(hit: &Hit) -> String {
    match hit.version {
        Some(_) => format!("/a/{}", hit.slug),
        None => format!("/a/{}/edit", hit.slug),
    }
}

async fn module_title(visit: &Visit, id: ModuleId) -> Reply<String> {
    let opened = visit.app.access.open_module(&visit.caller, id).await?;
    Ok(opened.module.title)
}
