//! How the pieces of a line are spelled: as events for HTML, or so that the Markdown writer, which
//! knows neither wiki links nor single footnotes, carries them through unharmed.

use std::fmt::Write as _;

use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

use crate::tree::MENTIONED;

/// Choices of the emitter. The archive tries them from the plainest to the safest.
pub(crate) struct Spelling {
    /// Whether the events become Markdown; otherwise they become HTML.
    archive: bool,
    /// Whether marks are written at all.
    pub(super) marks: bool,
    /// Whether every line break is written as a tag.
    html_breaks: bool,
    /// Whether empty items and the beginnings of alerts hold a comment, so that they are seen.
    pub(super) mark_empty: bool,
    /// Whether dollar signs are escaped.
    escape_dollars: bool,
    /// Whether the edges of text are written as character references, which are punctuation to the
    /// marks beside them.
    guard_edges: bool,
    /// The address scheme of stand-ins; occurs nowhere in the text.
    scheme: String,
    stand_ins: Vec<StandIn>,
}

struct StandIn {
    text: String,
    footnote: bool,
}

/// A wiki link about to be written.
pub(super) struct WikiSpelling<'a> {
    pub(super) title: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) in_table: bool,
}

impl Spelling {
    /// How many ways there are to write Markdown.
    pub(super) const WAYS: usize = 4;

    /// For events that become HTML.
    pub(crate) fn html() -> Self {
        Self {
            archive: false,
            marks: true,
            html_breaks: false,
            mark_empty: false,
            escape_dollars: false,
            guard_edges: false,
            scheme: String::new(),
            stand_ins: Vec::new(),
        }
    }

    /// For events that become Markdown; way 0 is the plainest, the last one drops all marks.
    pub(super) fn archive(way: usize, scheme: &str) -> Self {
        Self {
            archive: true,
            marks: way < 3,
            html_breaks: way > 0,
            mark_empty: way > 0,
            escape_dollars: way > 0,
            guard_edges: way > 1,
            scheme: scheme.to_owned(),
            stand_ins: Vec::new(),
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

    /// Text that the writer escapes; a dollar sign, which it does not, may begin a formula.
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
            self.stand_in("\\$".to_owned(), false, out);
            plain(part, out);
        }
    }

    fn reference(&mut self, edge: Option<char>, out: &mut Vec<Event<'static>>) {
        match edge {
            Some(c) if c.is_whitespace() => out.push(Event::Text(c.to_string().into())),
            Some(c) => self.stand_in(format!("&#{};", u32::from(c)), false, out),
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

    /// An address or a title in a table, where the writer lets a bar end the cell.
    pub(super) fn in_cell(&self, text: &str) -> CowStr<'static> {
        if self.archive {
            text.replace('|', BAR).into()
        } else {
            text.to_owned().into()
        }
    }

    /// Stands for nothing where Markdown wants something.
    pub(super) fn nothing(&mut self, out: &mut Vec<Event<'static>>) {
        if self.archive {
            out.push(Event::InlineHtml("<!-- -->".into()));
        }
    }

    pub(super) fn footnote(&mut self, label: &str, out: &mut Vec<Event<'static>>) {
        if self.archive {
            self.stand_in(format!("[^{label}]"), true, out);
        } else {
            out.push(Event::FootnoteReference(label.to_owned().into()));
        }
    }

    pub(super) fn wiki(&mut self, wiki: WikiSpelling<'_>, out: &mut Vec<Event<'static>>) {
        let WikiSpelling {
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
        let label = label.map(|l| format!("{bar}{}", referenced(l)));
        self.stand_in(
            format!("[[{title}{}]]", label.unwrap_or_default()),
            false,
            out,
        );
    }

    pub(super) fn mention(&mut self, person: &str, name: &str, out: &mut Vec<Event<'static>>) {
        if self.archive {
            let name = referenced(name);
            return self.stand_in(format!("[@{name}]({MENTIONED}{person})"), false, out);
        }
        out.push(Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url: format!("{MENTIONED}{person}").into(),
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
        self.stand_in(format!("{sign}{latex}{sign}"), false, out);
    }

    /// Sends an automatic link through the writer in place of `text`: like the text it begins and
    /// ends with punctuation, and no character of it is ever escaped.
    fn stand_in(&mut self, text: String, footnote: bool, out: &mut Vec<Event<'static>>) {
        let address = CowStr::from(format!("{}:{}", self.scheme, self.stand_ins.len()));
        out.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: address.clone(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        out.push(Event::Text(address));
        out.push(Event::End(TagEnd::Link));
        self.stand_ins.push(StandIn { text, footnote });
    }

    /// Puts what was meant in place of every stand-in.
    pub(super) fn restore(&self, markdown: &str) -> String {
        let markdown = markdown.replace(BAR, "&#124;");
        if self.stand_ins.is_empty() {
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
                .and_then(|n: usize| self.stand_ins.get(n));
            let Some(meant) = meant else { continue };
            if after_footnote && meant.text.starts_with('[') && !meant.footnote {
                out.push_str(SEPARATOR);
            }
            out.push_str(&meant.text);
            if meant.footnote {
                keep_apart(rest, &mut out);
            }
            out.push_str(rest);
            after_footnote = meant.footnote && rest.is_empty();
        }
        out
    }
}

/// Stands for a bar; no text of a normalised tree holds it.
const BAR: &str = "\u{FDD0}";

/// A comment, which the parser drops.
const SEPARATOR: &str = "<!-- -->";

/// What follows a footnote reference must not make a link or a definition of it.
fn keep_apart(rest: &str, out: &mut String) {
    match rest.chars().next() {
        Some('(' | ':') => out.push('\\'),
        Some('[') => out.push_str(SEPARATOR),
        _ => {}
    }
}

/// Escapes text where the writer does not do it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("&#9;"),
            c if means_something(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Writes text with character references, for places where the parser trips over backslashes.
fn referenced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if means_something(c) || c == '\t' {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn means_something(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '\'' | '"' | '/' | '?' | ';')
}
