//! The HTML allowlist. Everything else is removed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use lectern_pool::checkpoint;

const TAGS: [&str; 28] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h3",
    "h4",
    "h5",
    "hr",
    "img",
    "input",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];

const ATTRIBUTES: [(&str, &[&str]); 11] = [
    ("a", &["href", "title", "rel"]),
    ("code", &["class"]),
    ("div", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    (
        "img",
        &["src", "alt", "title", "width", "height", "loading"],
    ),
    ("input", &["type", "checked", "disabled"]),
    ("ol", &["start"]),
    ("th", &["scope"]),
    ("ul", &[]),
];

const CLASSES: [(&str, &[&str]); 9] = [
    ("a", &["wiki", "missing", "mention", "hashtag"]),
    (
        "blockquote",
        &[
            "markdown-alert-note",
            "markdown-alert-tip",
            "markdown-alert-important",
            "markdown-alert-warning",
            "markdown-alert-caution",
        ],
    ),
    ("del", &["block"]),
    ("div", &["footnote-definition"]),
    ("ins", &["block"]),
    ("p", &["alert-title"]),
    ("sup", &["footnote-reference", "footnote-definition-label"]),
    ("td", &["align-left", "align-center", "align-right"]),
    ("th", &["align-left", "align-center", "align-right"]),
];

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags: HashSet<_> = TAGS.into_iter().chain(["ul"]).collect();
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(sets(&ATTRIBUTES))
        .allowed_classes(sets(&CLASSES))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|tag, attribute, value| {
            checkpoint();
            allowed(tag, attribute, value).then_some(Cow::Borrowed(value))
        });
    builder
});

/// Removes everything that is not allowed.
pub(super) fn sanitize(html: &str) -> String {
    BUILDER.clean(html).to_string()
}

fn sets(lists: &[(&'static str, &[&'static str])]) -> HashMap<&'static str, HashSet<&'static str>> {
    let set =
        |(tag, values): &(&'static str, &[&'static str])| (*tag, values.iter().copied().collect());
    lists.iter().map(set).collect()
}

/// Tells whether an allowed attribute may have this value.
fn allowed(tag: &str, attribute: &str, value: &str) -> bool {
    match (tag, attribute) {
        ("code", "class") => value.strip_prefix("language-").is_some_and(|name| {
            name.chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'))
        }),
        ("input", "type") => value == "checkbox",
        ("a", "rel") => value == "noopener noreferrer",
        ("img", "src") => {
            value.starts_with("http://")
                || value.starts_with("https://")
                || (value.starts_with('/') && !value.starts_with("//"))
        }
        _ => true,
    }
}
