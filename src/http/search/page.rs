//! Search: one entry for each article, with a link to the section that matches best.

use askama::Template;
use axum::response::Response;
use url::form_urlencoded;

use lectern_base::ModuleId;
use lectern_search::{Hit, Results};

use crate::error::Reply;
use crate::page::layout::{self, Frame};
use crate::page::view::count;
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    pub frame: Frame,
    pub found: String,
    /// What the reader should know about how the words were understood.
    pub remarks: Vec<Remark>,
    pub results: Vec<ResultRow>,
    pub next: Option<String>,
}

/// A remark about a word: the words before it, the word, and what follows it.
pub(crate) struct Remark {
    pub before: &'static str,
    pub word: String,
    pub after: String,
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
    pub draft: Option<DraftLine>,
}

/// The draft below the approved version.
pub(crate) struct DraftLine {
    pub href: String,
    pub section: String,
    /// Safe HTML with `<mark>`.
    pub snippet: String,
}

/// Hits on one page.
const PAGE: usize = 20;

/// Shows the results for the query.
pub async fn show(visit: Visit) -> Reply<Response> {
    let typed = visit.asked.one("q").to_owned();
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
        remarks: remarks(&found),
        results: rows(&visit, found.hits).await?,
        next: more.map(|from| next(&typed, from)),
        frame,
    };
    Ok(layout::show(&page))
}

/// Characters of what was left out that are shown.
const SHOWN: usize = 80;

fn remarks(found: &Results) -> Vec<Remark> {
    let remark = |before, word: &str, after: &str| Remark {
        before,
        word: word.to_owned(),
        after: after.to_owned(),
    };
    let near = found.near.iter().map(|near| {
        let before = if near.instead {
            "Nothing for"
        } else {
            "Few articles have"
        };
        let shown = near.shown.join(", ");
        let after = if near.instead {
            format!("; showing {shown}.")
        } else {
            format!("; also showing {shown}.")
        };
        remark(before, &near.typed, &after)
    });
    let missing = found
        .missing
        .iter()
        .map(|word| remark("Nothing for", word, "."));
    let left_out = found.left_out.iter().map(|text| {
        let shown: String = text.chars().take(SHOWN).collect();
        let after = if shown.len() < text.len() {
            "… (too long)."
        } else {
            " (too long)."
        };
        remark("Left out:", &shown, after)
    });
    near.chain(missing).chain(left_out).collect()
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
            jump: format!("{href}#section-{}", hit.found.section_key),
            href,
            title: hit.found.title,
            module: module_title(visit, hit.module).await?,
            standing,
            section: hit.found.section_title,
            snippet: hit.found.snippet_html,
            draft: hit.draft.map(|draft| DraftLine {
                href: match draft.section_key.as_str() {
                    "" => format!("/a/{}/edit", hit.slug),
                    key => format!("/a/{}/edit#section-{key}", hit.slug),
                },
                section: draft.section_title,
                snippet: draft.snippet_html,
            }),
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
