//! Search: one entry per article, the places in it below, each a link into its section.

use askama::Template;

use super::layout::Frame;

#[derive(Template)]
#[template(path = "search.html")]
pub(super) struct SearchPage {
    pub frame: Frame,
    pub found: String,
    pub results: Vec<ArticleResult>,
    pub next: Option<String>,
}

/// An article with the places that match.
pub(super) struct ArticleResult {
    pub href: String,
    pub title: String,
    pub module: String,
    pub standing: String,
    pub hits: Vec<HitRow>,
}

/// A place in an article.
pub(super) struct HitRow {
    pub href: String,
    pub section: String,
    /// Safe HTML with `<mark>`.
    pub snippet: String,
}
