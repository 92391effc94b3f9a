//! Rewrites events for the page: ids, wiki links, and tables and alerts without inline styles.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pulldown_cmark::{Alignment, BlockQuoteKind, Event, LinkType, Tag, TagEnd};

use lectern_pool::checkpoint;

use super::{REMOVED, REMOVED_BLOCK, REMOVED_END, WikiTarget, formula, hashtag};
use crate::escape::escape_html;
use crate::tree::{MENTION_SCHEME, PlainLine, Script};

type Events = Vec<Event<'static>>;

/// The state of one section being rendered.
pub(super) struct Rewriter<'a> {
    prefix: String,
    links: &'a dyn Fn(&str) -> WikiTarget,
    /// The ids of headings, each with the next number for another heading of the same words.
    ids: HashMap<String, usize>,
    align: Vec<Alignment>,
    column: usize,
    in_head: bool,
    formulas: Vec<String>,
    /// Number of open links and code blocks, where hashtags are not linked.
    literal: usize,
    comparison: Option<Comparison>,
}

/// State for a page that shows two texts merged.
struct Comparison {
    /// The numbers of footnotes in the older text, by name.
    older: HashMap<String, usize>,
    /// The numbers of footnotes in the newer text.
    newer: HashMap<String, usize>,
    /// Whether the current content is only in the older text.
    gone: bool,
}

/// Encloses the number of a formula; never occurs in the text of a normalised tree.
const FORMULA: char = '\u{FDD1}';

impl<'a> Rewriter<'a> {
    pub(super) fn new(section_key: &str, links: &'a dyn Fn(&str) -> WikiTarget) -> Self {
        Self {
            prefix: slug(section_key),
            links,
            ids: HashMap::new(),
            align: Vec::new(),
            column: 0,
            in_head: false,
            formulas: Vec::new(),
            literal: 0,
            comparison: None,
        }
    }

    /// Shows two texts merged: footnotes are numbered by their own text, and strikethrough in both
    /// texts is rendered differently from removed text.
    pub(super) fn comparing(mut self, older: &[String], newer: &[String]) -> Self {
        let named = |labels: &[String]| {
            let mut numbers = HashMap::new();
            for label in labels {
                let next = numbers.len() + 1;
                numbers.entry(self.footnote(label)).or_insert(next);
            }
            numbers
        };
        self.comparison = Some(Comparison {
            older: named(older),
            newer: named(newer),
            gone: false,
        });
        self
    }

    pub(super) fn rewrite(&mut self, events: Events) -> Events {
        let mut out = Vec::with_capacity(events.len());
        let mut at = 0;
        while let Some(event) = events.get(at) {
            checkpoint();
            at += 1;
            match event {
                Event::Start(Tag::Image { dest_url, .. }) if !is_picture(dest_url) => {
                    // Replace it by its description.
                    if let Some(Event::Text(words)) = events.get(at) {
                        out.push(Event::Text(words.clone()));
                        at += 1;
                    }
                    at += 1;
                }
                Event::Start(Tag::Image {
                    dest_url, title, ..
                }) => {
                    let words = match events.get(at) {
                        Some(Event::Text(words)) => words.as_ref(),
                        _ => "",
                    };
                    out.push(html(picture(dest_url, words, title)));
                    // Skip the description, if there is one, and the end tag.
                    at += 1 + usize::from(!words.is_empty());
                }
                Event::Start(tag @ Tag::Heading { .. }) => {
                    let id = self.heading_id(&events[at..]);
                    out.push(Event::Start(with_id(tag, id)));
                }
                other => self.event(other, &mut out),
            }
        }
        out
    }

    fn event(&mut self, event: &Event<'static>, out: &mut Events) {
        if let Some(comparison) = &mut self.comparison
            && let Some(html) = comparison.event(event, &self.prefix)
        {
            return out.push(html);
        }
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            }) => {
                self.literal += 1;
                out.push(html(match link_type {
                    LinkType::WikiLink { .. } => self.wiki(dest_url),
                    _ if dest_url.starts_with(MENTION_SCHEME) => "<a class=\"mention\">".into(),
                    _ => link(dest_url, title),
                }));
            }
            Event::End(TagEnd::Link) => {
                self.literal -= 1;
                out.push(html("</a>".into()));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                self.literal += 1;
                out.push(event.clone());
            }
            Event::End(TagEnd::CodeBlock) => {
                self.literal -= 1;
                out.push(event.clone());
            }
            Event::Text(text) if self.literal == 0 => hashtag::link_hashtags(text, out),
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                out.push(event.clone());
                let title = alert_title(*kind);
                out.push(html(format!("<p class=\"alert-title\">{title}</p>\n")));
            }
            Event::InlineMath(latex) => out.push(self.formula(latex, false)),
            Event::DisplayMath(latex) => out.push(self.formula(latex, true)),
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let tag = Tag::FootnoteDefinition(self.footnote(label).into());
                out.push(Event::Start(tag));
            }
            Event::FootnoteReference(label) => {
                out.push(Event::FootnoteReference(self.footnote(label).into()));
            }
            Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
            | Event::End(
                TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell,
            ) => out.push(html(self.table(event))),
            other => out.push(other.clone()),
        }
    }

    fn wiki(&self, title: &str) -> String {
        match (self.links)(title) {
            WikiTarget::Found { href } => {
                format!("<a class=\"wiki\" href=\"{}\">", escape_html(&href))
            }
            WikiTarget::Missing => format!(
                "<a class=\"wiki missing\" href=\"/search?q={}\" \
                 title=\"No article has this title yet\">",
                utf8_percent_encode(title, NON_ALPHANUMERIC)
            ),
        }
    }

    /// Formulas bypass the sanitiser, which does not know MathML; they have their own.
    fn formula(&mut self, latex: &str, display: bool) -> Event<'static> {
        checkpoint();
        self.formulas.push(formula::render(latex, display));
        Event::Text(format!("{FORMULA}{}{FORMULA}", self.formulas.len() - 1).into())
    }

    /// Inserts the rendered formulas.
    pub(super) fn with_formulas(&self, html: &str) -> String {
        if self.formulas.is_empty() {
            return html.to_owned();
        }
        let parts = html.split(FORMULA).enumerate();
        let whole = parts.map(|(index, part)| match (index % 2, part.parse::<usize>()) {
            (1, Ok(number)) => self.formulas.get(number).map_or("", String::as_str),
            _ => part,
        });
        whole.collect()
    }

    /// Labels that differ only in case are the same footnote.
    fn footnote(&self, label: &str) -> String {
        footnote(&self.prefix, label)
    }

    fn heading_id(&mut self, after: &[Event<'static>]) -> String {
        let words = heading_text(after);
        let base = format!("{}-{}", self.prefix, slug(&words));
        let Some(mut number) = self.ids.get(&base).copied() else {
            self.ids.insert(base.clone(), 2);
            return base;
        };
        // Each number is tried once for these words, however many headings have them.
        let id = loop {
            checkpoint();
            let id = format!("{base}-{number}");
            number += 1;
            if !self.ids.contains_key(&id) {
                break id;
            }
        };
        self.ids.insert(base, number);
        self.ids.insert(id.clone(), 2);
        id
    }

    fn table(&mut self, event: &Event<'static>) -> String {
        match event {
            Event::Start(Tag::Table(align)) => {
                self.align.clone_from(align);
                "<table>".into()
            }
            Event::Start(Tag::TableHead) => {
                (self.in_head, self.column) = (true, 0);
                "<thead><tr>".into()
            }
            Event::End(TagEnd::TableHead) => {
                self.in_head = false;
                "</tr></thead><tbody>".into()
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                "<tr>".into()
            }
            Event::End(TagEnd::TableRow) => "</tr>".into(),
            Event::Start(_) => self.cell(),
            Event::End(TagEnd::TableCell) if self.in_head => "</th>".into(),
            Event::End(TagEnd::TableCell) => "</td>".into(),
            _ => "</tbody></table>\n".into(),
        }
    }

    fn cell(&mut self) -> String {
        let class = match self.align.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            _ => "",
        };
        self.column += 1;
        if self.in_head {
            format!("<th{class} scope=\"col\">")
        } else {
            format!("<td{class}>")
        }
    }
}

impl Comparison {
    /// Returns the replacement for an event, or `None` to render it as usual.
    fn event(&mut self, event: &Event<'static>, prefix: &str) -> Option<Event<'static>> {
        match event {
            Event::InlineHtml(tag) => {
                match tag.as_ref() {
                    REMOVED | REMOVED_BLOCK => self.gone = true,
                    REMOVED_END => self.gone = false,
                    _ => {}
                }
                None
            }
            Event::Start(Tag::Strikethrough) => Some(html("<s>".into())),
            Event::End(TagEnd::Strikethrough) => Some(html("</s>".into())),
            Event::FootnoteReference(label) => {
                let (id, number) = self.footnote(label, prefix);
                Some(html(format!(
                    "<sup class=\"footnote-reference\"><a href=\"#{id}\">{number}</a></sup>"
                )))
            }
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let (id, number) = self.footnote(label, prefix);
                Some(html(format!(
                    "<div class=\"footnote-definition\" id=\"{id}\">\
                     <sup class=\"footnote-definition-label\">{number}</sup>\n"
                )))
            }
            Event::End(TagEnd::FootnoteDefinition) => Some(html("</div>\n".into())),
            _ => None,
        }
    }

    fn footnote(&self, label: &str, prefix: &str) -> (String, usize) {
        let name = footnote(prefix, label);
        let numbers = if self.gone { &self.older } else { &self.newer };
        let number = numbers.get(&name).copied().unwrap_or(0);
        let id = if self.gone {
            format!("{name}-gone")
        } else {
            name
        };
        (id, number)
    }
}

fn footnote(prefix: &str, label: &str) -> String {
    format!("{prefix}-fn-{}", slug(label))
}

/// Returns the plain text of a heading, from the events after its beginning.
fn heading_text(after: &[Event<'static>]) -> String {
    let mut line = PlainLine::default();
    let mut script = None;
    for event in after {
        match event {
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(text) | Event::Code(text) => line.push(script, text),
            Event::HardBreak => line.push(script, " "),
            Event::InlineHtml(tag) => match tag.as_ref() {
                "<sup>" => script = Some(Script::Superscript),
                "<sub>" => script = Some(Script::Subscript),
                "</sup>" | "</sub>" => script = None,
                _ => {}
            },
            _ => {}
        }
    }
    line.finish()
}

fn html(text: String) -> Event<'static> {
    Event::InlineHtml(text.into())
}

fn with_id(tag: &Tag<'static>, id: String) -> Tag<'static> {
    match tag {
        Tag::Heading { level, .. } => Tag::Heading {
            level: *level,
            id: Some(id.into()),
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        other => other.clone(),
    }
}

/// Paths of our own images end with their size, so that the layout does not shift while they load.
fn picture(src: &str, alt: &str, title: &str) -> String {
    let title = match title {
        "" => String::new(),
        title => format!(" title=\"{}\"", escape_html(title)),
    };
    let size = src.rsplit_once('?').filter(|_| src.starts_with("/files/"));
    let size = size.and_then(|(_, size)| {
        let (width, height) = size.split_once('x')?;
        Some((width.parse::<u16>().ok()?, height.parse::<u16>().ok()?))
    });
    let size = size.map(|(width, height)| format!(" width=\"{width}\" height=\"{height}\""));
    format!(
        "<img src=\"{}\" alt=\"{}\"{title}{} loading=\"lazy\">",
        escape_html(src),
        escape_html(alt),
        size.unwrap_or_default()
    )
}

fn link(href: &str, title: &str) -> String {
    let title = match title {
        "" => String::new(),
        title => format!(" title=\"{}\"", escape_html(title)),
    };
    let rel = if is_elsewhere(href) {
        " rel=\"noopener noreferrer\""
    } else {
        ""
    };
    format!("<a href=\"{}\"{title}{rel}>", escape_html(href))
}

/// Tells whether a URL has a host.
fn is_elsewhere(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    lower.starts_with("http:") || lower.starts_with("https:") || lower.starts_with("//")
}

/// Tells whether an image may be loaded: from this server, or over HTTP from the web.
fn is_picture(src: &str) -> bool {
    let lower = src.to_ascii_lowercase();
    let inside = src.starts_with('/') && !src.starts_with("//") && !src.starts_with("/\\");
    inside || lower.starts_with("http://") || lower.starts_with("https://")
}

fn alert_title(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}

/// Returns lower-case letters and digits, separated by single hyphens.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<_> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.is_empty() {
        true => "part".into(),
        false => words.join("-"),
    }
}
