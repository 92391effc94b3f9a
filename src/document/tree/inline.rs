//! Normalises inline content to the form that survives Markdown.

use lectern_base::PersonId;

use super::marks::expel_white_space;
use super::text::{clean, fold_lines, is_unsafe_address};
use super::{Image, Inline, Link, Marks};

/// Merges, trims and splits inline content until it no longer changes.
pub(super) fn normalise_line(line: Vec<Inline>) -> Vec<Inline> {
    let mut line = merged(line);
    loop {
        let before = line.clone();
        line = merged(expel_white_space(trimmed(line)));
        if line == before {
            return line;
        }
    }
}

/// Removes white space between a check box and its text.
pub(super) fn trim_after_box(mut line: Vec<Inline>) -> Vec<Inline> {
    while let Some(Inline::Text { text, marks }) = line.first_mut() {
        if marks.code || marks.link.is_some() || !text.starts_with([' ', '\t']) {
            break;
        }
        *text = text.trim_start_matches([' ', '\t']).to_owned();
        if !text.is_empty() {
            break;
        }
        line.remove(0);
    }
    normalise_line(line)
}

/// Returns the link unless its URL would run code.
pub(super) fn safe_link(link: Link) -> Option<Link> {
    (!is_unsafe_address(&link.href)).then(|| clean_link(link))
}

/// The writer cannot express a title with an empty URL.
fn clean_link(link: Link) -> Link {
    let href = clean(&link.href).trim().to_owned();
    let title = link.title.map(|t| fold_lines(&t));
    Link {
        title: title.filter(|t| !t.is_empty() && !href.is_empty()),
        href,
    }
}

/// Returns the image, or its description if its URL would run code.
pub(super) fn image_or_words(image: Image) -> Option<Inline> {
    let alt = fold_lines(&image.alt);
    if is_unsafe_address(&image.src) {
        return (!alt.is_empty()).then(|| Inline::plain(alt));
    }
    let picture = clean_link(Link {
        href: image.src,
        title: image.title,
    });
    Some(Inline::Image(Image {
        src: picture.href,
        alt,
        title: picture.title,
        link: image.link.and_then(safe_link),
    }))
}

/// Removes characters that would end a wiki link's title.
pub(super) fn wiki_link(title: &str, label: Option<String>) -> Option<Inline> {
    let plain: String = title
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | '|' | '`' | '<' | '>' | '\\' | '$'))
        .collect();
    let title = folded(&plain);
    let label = label
        .map(|l| clean(&l).trim().to_owned())
        .filter(|l| !l.is_empty() && *l != title);
    match (title.is_empty(), label) {
        (true, None) => None,
        (true, Some(label)) => Some(Inline::plain(label)),
        (false, label) => Some(Inline::WikiLink { title, label }),
    }
}

/// Returns a mention, or its text if the person id is invalid.
pub(super) fn mention(person: &str, name: &str) -> Option<Inline> {
    let name = folded(name);
    let name = name.trim_start_matches(['@', ' ']).to_owned();
    if name.is_empty() {
        return None;
    }
    Some(match person.parse::<PersonId>() {
        Ok(person) => Inline::Mention {
            person: person.to_string(),
            name,
        },
        Err(_) => Inline::plain(format!("@{name}")),
    })
}

/// Returns a formula, or code if Markdown would end it early.
pub(super) fn formula(latex: &str, display: bool) -> Option<Inline> {
    let latex = folded(latex);
    if latex.is_empty() {
        return None;
    }
    if is_formula(&latex) {
        return Some(Inline::Math { latex, display });
    }
    let marks = Marks {
        code: true,
        ..Marks::default()
    };
    Some(Inline::Text { text: latex, marks })
}

/// Tells whether LaTeX between dollar signs ends where intended: pulldown-cmark ends no formula
/// inside braces or after a backslash.
fn is_formula(latex: &str) -> bool {
    let (mut depth, mut escaped) = (0u32, false);
    for c in latex.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '$' => return false,
            '{' => depth += 1,
            '}' if depth == 0 => return false,
            '}' => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && !escaped
}

fn folded(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Merges adjacent text with the same marks.
fn merged(line: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(line.len());
    for inline in line {
        match (out.last_mut(), inline) {
            (
                Some(Inline::Text { text, marks }),
                Inline::Text {
                    text: more,
                    marks: same,
                },
            ) if *marks == same => text.push_str(&more),
            (_, other) => out.push(other),
        }
    }
    out
}

/// Removes breaks at the edges of the block, and spaces next to the edges and breaks.
fn trimmed(mut line: Vec<Inline>) -> Vec<Inline> {
    while matches!(line.last(), Some(Inline::Break)) {
        line.pop();
    }
    let leading = line
        .iter()
        .take_while(|i| matches!(i, Inline::Break))
        .count();
    line.drain(..leading);
    let breaks: Vec<_> = line.iter().map(|i| matches!(i, Inline::Break)).collect();
    let last = line.len().saturating_sub(1);
    for (index, inline) in line.iter_mut().enumerate() {
        let Inline::Text { text, marks } = inline else {
            continue;
        };
        if marks.code || marks.link.is_some() {
            continue;
        }
        if index == last || breaks[index + 1] {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
        }
        if index > 0 && breaks[index - 1] {
            *text = text.trim_start_matches([' ', '\t']).to_owned();
        } else if index == 0 {
            *text = text.trim_start_matches(' ').to_owned();
        }
    }
    line.retain(|inline| !matches!(inline, Inline::Text { text, .. } if text.is_empty()));
    line
}
