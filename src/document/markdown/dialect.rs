//! Output dialects for inline content: events for HTML, or events that pass through the Markdown
//! writer, which knows neither wiki links nor isolated footnote references.

use std::fmt::Write as _;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use crate::tree::MENTION_SCHEME;

/// Emitter options. The archive form tries them from the plainest to the most defensive.
pub(crate) struct Dialect {
    /// Whether the output is Markdown rather than HTML.
    archive: bool,
    /// Whether marks are written at all.
    pub(super) marks: bool,
    /// Whether every line break is written as `<br>`.
    html_breaks: bool,
    /// Whether empty items and the beginnings of alerts contain a comment, so that the parser sees
    /// them.
    pub(super) mark_empty: bool,
    /// Whether dollar signs are escaped.
    escape_dollars: bool,
    /// Whether the first and last character of text are written as character references, which
    /// count as punctuation next to delimiters.
    guard_edges: bool,
    /// The URL scheme of placeholders; occurs nowhere in the text.
    scheme: String,
    placeholders: Vec<Placeholder>,
}

struct Placeholder {
    text: String,
    footnote: bool,
}

/// A wiki link to write.
pub(super) struct WikiLinkText<'a> {
    pub(super) title: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) in_table: bool,
}

impl Dialect {
    /// Number of escape levels for Markdown.
    pub(super) const LEVELS: usize = 4;

    /// Returns the dialect for HTML.
    pub(crate) fn html() -> Self {
        Self {
            archive: false,
            marks: true,
            html_breaks: false,
            mark_empty: false,
            escape_dollars: false,
            guard_edges: false,
            scheme: String::new(),
            placeholders: Vec::new(),
        }
    }

    /// Returns the dialect for Markdown; level 0 is the plainest, the last drops all marks.
    pub(super) fn archive(level: usize, scheme: &str) -> Self {
        Self {
            archive: true,
            marks: level < 3,
            html_breaks: level > 0,
            mark_empty: level > 0,
            escape_dollars: level > 0,
            guard_edges: level > 1,
            scheme: scheme.to_owned(),
            placeholders: Vec::new(),
        }
    }

    pub(super) fn text(&mut self, text: &str, out: &mut Vec<Event<'static>>) {
        let mut middle = text.chars();
        if !self.guard_edges {
            return self.words(text, out);
        }
        let first = middle.next();
        let last = middle.next_back();
        self.reference(first, out);
        self.words(middle.as_str(), out);
        self.reference(last, out);
    }

    /// Writes text that the writer escapes, except for dollar signs, which could begin a formula.
    pub(super) fn words(&mut self, text: &str, out: &mut Vec<Event<'static>>) {
        let mut parts = text.split('$');
        let plain = |part: &str, out: &mut Vec<_>| {
            if !part.is_empty() {
                out.push(Event::Text(part.to_owned().into()));
            }
        };
        if !self.escape_dollars {
            return plain(text, out);
        }
        plain(parts.next().unwrap_or_default(), out);
        for part in parts {
            self.placeholder("\\$".to_owned(), false, out);
            plain(part, out);
        }
    }

    fn reference(&mut self, edge: Option<char>, out: &mut Vec<Event<'static>>) {
        match edge {
            Some(c) if c.is_whitespace() => out.push(Event::Text(c.to_string().into())),
            Some(c) => self.placeholder(format!("&#{};", u32::from(c)), false, out),
            None => {}
        }
    }

    pub(super) fn line_break(&mut self, as_tag: bool, out: &mut Vec<Event<'static>>) {
        out.push(if self.archive && (as_tag || self.html_breaks) {
            Event::InlineHtml("<br>".into())
        } else {
            Event::HardBreak
        });
    }

    /// Escapes a URL or title in a table, where the writer does not escape bars.
    pub(super) fn in_cell(&self, text: &str) -> CowStr<'static> {
        if self.archive {
            text.replace('|', BAR).into()
        } else {
            text.to_owned().into()
        }
    }

    /// Writes an invisible placeholder where Markdown requires content.
    pub(super) fn nothing(&mut self, out: &mut Vec<Event<'static>>) {
        if self.archive {
            out.push(Event::InlineHtml("<!-- -->".into()));
        }
    }

    pub(super) fn footnote(&mut self, label: &str, out: &mut Vec<Event<'static>>) {
        if self.archive {
            self.placeholder(format!("[^{label}]"), true, out);
        } else {
            out.push(Event::FootnoteReference(label.to_owned().into()));
        }
    }

    pub(super) fn wiki(&mut self, wiki: WikiLinkText<'_>, out: &mut Vec<Event<'static>>) {
        let WikiLinkText {
            title,
            label,
            in_table,
        } = wiki;
        if !self.archive {
            let has_pothole = label.is_some();
            out.push(Event::Start(Tag::Link {
                link_type: LinkType::WikiLink { has_pothole },
                dest_url: title.to_owned().into(),
                title: CowStr::Borrowed(""),
                id: CowStr::Borrowed(""),
            }));
            out.push(Event::Text(label.unwrap_or(title).to_owned().into()));
            out.push(Event::End(TagEnd::Link));
            return;
        }
        let bar = if in_table { "\\|" } else { "|" };
        let label = label.map(|l| format!("{bar}{}", with_references(l)));
        self.placeholder(
            format!("[[{title}{}]]", label.unwrap_or_default()),
            false,
            out,
        );
    }

    pub(super) fn mention(&mut self, person: &str, name: &str, out: &mut Vec<Event<'static>>) {
        if self.archive {
            let name = with_references(name);
            return self.placeholder(format!("[@{name}]({MENTION_SCHEME}{person})"), false, out);
        }
        out.push(Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url: format!("{MENTION_SCHEME}{person}").into(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        out.push(Event::Text(format!("@{name}").into()));
        out.push(Event::End(TagEnd::Link));
    }

    pub(super) fn formula(
        &mut self,
        latex: &str,
        display: bool,
        in_table: bool,
        out: &mut Vec<Event<'static>>,
    ) {
        if !self.archive {
            let latex = CowStr::from(latex.to_owned());
            out.push(match display {
                true => Event::DisplayMath(latex),
                false => Event::InlineMath(latex),
            });
            return;
        }
        let sign = if display { "$$" } else { "$" };
        let latex = match in_table {
            true => latex.replace('|', "\\|"),
            false => latex.to_owned(),
        };
        self.placeholder(format!("{sign}{latex}{sign}"), false, out);
    }

    /// Passes `text` through the writer as an autolink: it begins and ends with punctuation, as the
    /// text does, and is never escaped.
    fn placeholder(&mut self, text: String, footnote: bool, out: &mut Vec<Event<'static>>) {
        let address = CowStr::from(format!("{}:{}", self.scheme, self.placeholders.len()));
        out.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: address.clone(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        out.push(Event::Text(address));
        out.push(Event::End(TagEnd::Link));
        self.placeholders.push(Placeholder { text, footnote });
    }

    /// Replaces every placeholder by its text.
    pub(super) fn restore(&self, markdown: &str) -> String {
        let markdown = markdown.replace(BAR, "&#124;");
        if self.placeholders.is_empty() {
            return markdown;
        }
        let opening = format!("<{}:", self.scheme);
        let mut out = String::with_capacity(markdown.len());
        let mut parts = markdown.split(opening.as_str());
        out.push_str(parts.next().unwrap_or_default());
        let mut after_footnote = false;
        for part in parts {
            let Some((number, rest)) = part.split_once('>') else {
                continue;
            };
            let meant = number
                .parse()
                .ok()
                .and_then(|n: usize| self.placeholders.get(n));
            let Some(meant) = meant else { continue };
            if after_footnote && meant.text.starts_with('[') && !meant.footnote {
                out.push_str(SEPARATOR);
            }
            out.push_str(&meant.text);
            if meant.footnote {
                separate(rest, &mut out);
            }
            out.push_str(rest);
            after_footnote = meant.footnote && rest.is_empty();
        }
        out
    }
}

/// Represents a bar; never occurs in the text of a normalised tree.
const BAR: &str = "\u{FDD0}";

/// A comment, dropped by the parser.
const SEPARATOR: &str = "<!-- -->";

/// Prevents what follows a footnote reference from turning it into a link or definition.
fn separate(rest: &str, out: &mut String) {
    match rest.chars().next() {
        Some('(' | ':') => out.push('\\'),
        Some('[') => out.push_str(SEPARATOR),
        _ => {}
    }
}

/// Escapes text that bypasses the writer.
pub(super) fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("&#9;"),
            c if is_special(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Writes text with character references, where the parser mishandles backslashes.
fn with_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_special(c) || c == '\t' {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn is_special(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '\'' | '"' | '/' | '?' | ';')
}
