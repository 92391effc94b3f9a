//! Renders safe HTML from Markdown, and lists the titles of wiki links.
//!
//! The tree contains no raw HTML, so its output should be safe already; an allowlist sanitises it
//! all the same.

mod direction;
mod formula;
mod hashtag;
mod rewriter;
mod sanitize;

use std::collections::HashSet;

use pulldown_cmark::Event;

use lectern_pool::checkpoint;

use super::DocumentError;
use super::markdown::{Dialect, events, parse};
use super::tree::{Block, Inline};

/// Where a wiki link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WikiTarget {
    /// An article has that title.
    Found {
        /// The path of its page.
        href: String,
    },
    /// No article has that title.
    Missing,
}

/// Renders the Markdown of one section as safe HTML.
///
/// Heading and footnote ids begin with `section_key`, so that several sections fit on one page.
/// `links` resolves the title of each wiki link; a title without an article links to the search.
pub fn render(markdown: &str, section_key: &str, links: &dyn Fn(&str) -> WikiTarget) -> String {
    let blocks = parse(markdown);
    let events = events(&blocks, &mut Dialect::html());
    finish(&mut rewriter::Rewriter::new(section_key, links), events)
}

/// Opens words only the newer text has.
pub(super) const ADDED: &str = "<ins>";
/// Opens blocks only the newer text has.
pub(super) const ADDED_BLOCK: &str = "<ins class=\"block\">";
/// Closes either.
pub(super) const ADDED_END: &str = "</ins>";
/// Opens words only the older text has.
pub(super) const REMOVED: &str = "<del>";
/// Opens blocks only the older text has.
pub(super) const REMOVED_BLOCK: &str = "<del class=\"block\">";
/// Closes either.
pub(super) const REMOVED_END: &str = "</del>";
/// Separates segments; never occurs in the text of a normalised tree.
pub(super) const SEGMENT_BREAK: &str = "\u{FDD2}";

/// Two texts merged, as events.
pub(super) struct MergedEvents {
    /// The events, with [`ADDED`], [`REMOVED`] and the other marks in between.
    pub(super) events: Vec<Event<'static>>,
    /// The labels of footnotes in the older text, in order of their numbers.
    pub(super) older: Vec<String>,
    /// The labels of footnotes in the newer text.
    pub(super) newer: Vec<String>,
}

/// Renders two merged texts as safe HTML, by segment.
pub(super) fn render_diff(
    merged: MergedEvents,
    section_key: &str,
    links: &dyn Fn(&str) -> WikiTarget,
) -> Vec<String> {
    let mut rewriter =
        rewriter::Rewriter::new(section_key, links).comparing(&merged.older, &merged.newer);
    let html = finish(&mut rewriter, merged.events);
    let part = |html: &str| html.trim_start_matches('\n').to_owned();
    html.split(SEGMENT_BREAK).map(part).collect()
}

fn finish(rewriter: &mut rewriter::Rewriter<'_>, events: Vec<Event<'static>>) -> String {
    let events = rewriter.rewrite(events);
    let mut out = String::new();
    let events = events.into_iter().inspect(|_| checkpoint());
    pulldown_cmark::html::push_html(&mut out, events);
    direction::with_direction(rewriter.with_formulas(&sanitize::sanitize(&out)))
}

/// Renders a LaTeX formula as MathML, the same way as on article pages.
pub fn render_formula(latex: &str, display: bool) -> Result<String, DocumentError> {
    formula::mathml(latex, display).map_err(DocumentError::Formula)
}

/// Returns the titles of wiki links in order, without duplicates.
pub fn wiki_titles(markdown: &str) -> Vec<String> {
    let mut out = Titles::default();
    if markdown.contains("[[") {
        blocks_titles(&parse(markdown), &mut out);
    }
    out.in_order
}

/// Titles without duplicates.
#[derive(Default)]
struct Titles {
    in_order: Vec<String>,
    known: HashSet<String>,
}

fn blocks_titles(blocks: &[Block], out: &mut Titles) {
    for block in blocks {
        match block {
            Block::Paragraph(line) | Block::Heading { content: line, .. } => line_titles(line, out),
            Block::List { items, .. } => {
                for item in items {
                    blocks_titles(&item.content, out);
                }
            }
            Block::Table { rows, .. } => {
                rows.iter()
                    .flatten()
                    .for_each(|cell| line_titles(cell, out));
            }
            Block::Quote(content)
            | Block::Alert { content, .. }
            | Block::Footnote { content, .. } => blocks_titles(content, out),
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn line_titles(line: &[Inline], out: &mut Titles) {
    for inline in line {
        if let Inline::WikiLink { title, .. } = inline
            && out.known.insert(title.clone())
        {
            out.in_order.push(title.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        render(markdown, "steps", &|title| match title {
            "Known" => WikiTarget::Found {
                href: "/a/known".into(),
            },
            _ => WikiTarget::Missing,
        })
    }

    #[test]
    fn wiki_links_point_to_articles_or_to_the_search() {
        assert_eq!(
            html("[[Known]] and [[Un known|that]]"),
            "<p><a class=\"wiki\" href=\"/a/known\">Known</a> and \
             <a class=\"wiki missing\" href=\"/search?q=Un%20known\" \
             title=\"No article has this title yet\">that</a></p>\n"
        );
    }

    #[test]
    fn mentions_and_hashtags_are_rendered() {
        assert_eq!(
            html("[@Ada Byron](person:01890a5d-ac96-774b-bcce-b302099a8057), see #cold-chain!"),
            "<p><a class=\"mention\">@Ada Byron</a>, see \
             <a class=\"hashtag\" href=\"/search?q=%23cold%2Dchain\">#cold-chain</a>!</p>\n"
        );
        assert_eq!(html("[@x](person:nobody)"), "<p>@x</p>\n");
        assert_eq!(
            html("`#a` [#b](/c) C#d"),
            "<p><code>#a</code> <a href=\"/c\">#b</a> C#d</p>\n"
        );
        assert_eq!(
            html("[![a](/b) #c](/d)"),
            "<p><a href=\"/d\"><img src=\"/b\" alt=\"a\" loading=\"lazy\"> #c</a></p>\n"
        );
        assert_eq!(html("```\n#a\n```"), "<pre><code>#a\n</code></pre>\n");
    }

    #[test]
    fn formulas_are_rendered_without_a_script() {
        let line = html("It is $E = mc^2$, for $5 or $$\\frac{a}{b}$$");
        assert!(line.starts_with("<p>It is <math"), "{line}");
        assert!(
            line.contains("</math>, for $5 or <math display=\"block\""),
            "{line}"
        );
        let wrong = html("$\\nosuch$ and $`x`$");
        assert!(
            wrong.contains("<code class=\"formula-as-written\">"),
            "{wrong}"
        );
    }

    #[test]
    fn raised_and_lowered_text_is_rendered_and_stays_apart_in_ids() {
        assert_eq!(
            html("### 10<sup>6</sup> of H<sub>2</sub>O"),
            "<h3 id=\"steps-10-6-of-h2o\">10<sup>6</sup> of H<sub>2</sub>O</h3>\n"
        );
    }

    #[test]
    fn heading_ids_are_unique() {
        assert_eq!(
            html("# First step\n\n# First *step*"),
            "<h3 id=\"steps-first-step\">First step</h3>\n\
             <h3 id=\"steps-first-step-2\">First <em>step</em></h3>\n"
        );
    }

    #[test]
    fn an_id_that_a_heading_has_by_its_words_is_not_given_twice() {
        let ids = html("# a 2\n\n# a\n\n# a\n\n# a\n\n# a 3");
        let ids: Vec<_> = ids.split('"').skip(1).step_by(2).collect();
        let expected = ["a-2", "a", "a-3", "a-4", "a-3-2"].map(|id| format!("steps-{id}"));
        assert_eq!(ids, expected);
    }

    #[test]
    fn only_external_links_have_noreferrer() {
        assert_eq!(
            html("[a](https://example.org) [b](/a/b) [c](#d \"e\")"),
            "<p><a href=\"https://example.org\" rel=\"noopener noreferrer\">a</a> \
             <a href=\"/a/b\">b</a> <a href=\"#d\" title=\"e\">c</a></p>\n"
        );
    }

    #[test]
    fn images_come_from_this_server_or_the_web() {
        let image = html("![a](/blobs/1)");
        assert!(image.contains("<img src=\"/blobs/1\" alt=\"a\""), "{image}");
        assert_eq!(
            html("![a \"b\"](/files/0f/c.png?30x20 \"d\") ![](/e)"),
            "<p><img src=\"/files/0f/c.png?30x20\" alt=\"a &quot;b&quot;\" title=\"d\" width=\"30\" \
             height=\"20\" loading=\"lazy\"> <img src=\"/e\" alt=\"\" loading=\"lazy\"></p>\n"
        );
        assert_eq!(html("![words](//evil.example/x)"), "<p>words</p>\n");
        assert_eq!(html("![words](data:image/png;base64,x)"), "<p>words</p>\n");
        assert_eq!(html("![words](ftp://a/b)"), "<p>words</p>\n");
    }

    #[test]
    fn scripts_handlers_and_script_urls_are_removed() {
        let hostile = "<script>alert(1)</script>\n\n<p onclick=\"x()\">kept</p>\n\n\
                       [a](javascript:x) [b](java&#10;script:x)<img src=x onerror=y>\n\n\
                       [c](data:text/html,x) <svg onload=z>";
        assert_eq!(html(hostile), "<p>kept</p>\n<p>a b</p>\n<p>c</p>\n");
    }

    #[test]
    fn tables_tasks_alerts_and_footnotes_are_rendered() {
        let table = html("| a | b |\n|---|--:|\n| c | d |");
        assert_eq!(
            table,
            "<table><thead><tr><th scope=\"col\">a</th>\
             <th class=\"align-right\" scope=\"col\">b</th></tr></thead><tbody>\
             <tr><td>c</td><td class=\"align-right\">d</td></tr></tbody></table>\n"
        );
        let tasks = html("- [x] a\n- [ ] b");
        assert!(
            tasks.contains("type=\"checkbox\"") && tasks.contains("checked"),
            "{tasks}"
        );
        let alert = html("> [!TIP]\n> a");
        assert_eq!(
            alert,
            "<blockquote class=\"markdown-alert-tip\">\n<p class=\"alert-title\">Tip</p>\n<p>a</p>\n</blockquote>\n"
        );
        let footnote = html("a[^1]\n\n[^1]: b");
        assert!(footnote.contains("href=\"#steps-fn-1\""), "{footnote}");
        assert!(footnote.contains("id=\"steps-fn-1\""), "{footnote}");
    }

    #[test]
    fn code_keeps_its_language() {
        assert_eq!(
            html("```rust\na < b\n```"),
            "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n"
        );
    }

    #[test]
    fn titles_are_listed_once() {
        assert_eq!(
            wiki_titles("[[A]] [[B|x]] [[A]] `[[C]]`\n\n- [[D]]\n\n| [[E\\|f]] |\n|--|"),
            ["A", "B", "D", "E"]
        );
    }
}
