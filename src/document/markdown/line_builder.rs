//! The inline part of the parser: from events to the content of a line.

use pulldown_cmark::{LinkType, Tag, TagEnd};

use crate::tree::{Image, Inline, Link, MENTION_SCHEME, Marks};

/// Collects the inline content of one text block.
#[derive(Default)]
pub(super) struct LineBuilder {
    line: Vec<Inline>,
    touched: bool,
    bold: usize,
    italic: usize,
    strike: usize,
    /// Open links and images, outermost first.
    opened: Vec<OpenInline>,
    /// The open raw element whose content is not text, such as `script`.
    hidden: Option<&'static str>,
}

/// An open `[…]`.
enum OpenInline {
    Link(Link),
    Wiki { title: String, label: String },
    Mention { person: String, name: String },
    Image(Image),
}

impl LineBuilder {
    /// Tells whether nothing, not even an empty mark, was added since the last line.
    pub(super) fn is_untouched(&self) -> bool {
        !self.touched
    }

    /// Marks the line as begun, though it may stay empty.
    pub(super) fn touch(&mut self) {
        self.touched = true;
    }

    /// Ends the line and returns its content.
    pub(super) fn take(&mut self) -> Vec<Inline> {
        std::mem::take(self).line
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push_text(text, false);
    }

    pub(super) fn code(&mut self, text: &str) {
        self.push_text(text, true);
    }

    fn push_text(&mut self, text: &str, code: bool) {
        self.touched = true;
        if self.hidden.is_some() {
            return;
        }
        if let Some(words) = self.words() {
            words.push_str(text);
        } else {
            let marks = self.marks(code);
            self.line.push(Inline::Text {
                text: text.to_owned(),
                marks,
            });
        }
    }

    pub(super) fn line_break(&mut self) {
        if self.in_words() {
            self.text(" ");
        } else {
            self.push(Inline::Break);
        }
    }

    pub(super) fn footnote(&mut self, label: &str) {
        if !self.in_words() {
            self.push(Inline::FootnoteReference(label.to_owned()));
        }
    }

    /// Handles a raw tag: `<br>` is a line break, other tags are dropped.
    pub(super) fn html(&mut self, html: &str) {
        self.touched = true;
        let tag: String = html
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if let Some(name) = self.hidden {
            if tag.strip_prefix("</").is_some_and(|t| t.starts_with(name)) {
                self.hidden = None;
            }
        } else if matches!(tag.as_str(), "<br>" | "<br/>") {
            self.line_break();
        } else {
            self.hidden = ["script", "style"]
                .into_iter()
                .find(|name| tag.strip_prefix('<').is_some_and(|t| t.starts_with(name)));
        }
    }

    pub(super) fn start(&mut self, tag: Tag<'_>) {
        self.touched = true;
        match tag {
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Strikethrough => self.strike += 1,
            Tag::Link {
                link_type: LinkType::WikiLink { .. },
                dest_url,
                ..
            }
            | Tag::Image {
                link_type: LinkType::WikiLink { .. },
                dest_url,
                ..
            } => self.opened.push(OpenInline::Wiki {
                // In a table cell the bar is escaped, and the parser leaves the backslash in the
                // title.
                title: dest_url.trim_end_matches('\\').to_owned(),
                label: String::new(),
            }),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }
                if dest_url.starts_with(MENTION_SCHEME) =>
            {
                self.opened.push(OpenInline::Mention {
                    person: dest_url[MENTION_SCHEME.len()..].to_owned(),
                    name: String::new(),
                });
            }
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let mail = link_type == LinkType::Email;
                let href = format!("{}{dest_url}", if mail { "mailto:" } else { "" });
                self.opened.push(OpenInline::Link(link(href, &title)));
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                let Link { href, title } = link(dest_url.into_string(), &title);
                self.opened.push(OpenInline::Image(Image {
                    src: href,
                    alt: String::new(),
                    title,
                    link: self.link(),
                }));
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.strike = self.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.close(),
            _ => {}
        }
    }

    fn close(&mut self) {
        let closed = self.opened.pop();
        if self.in_words() {
            return;
        }
        match closed {
            Some(OpenInline::Wiki { title, label }) => {
                let label = Some(label).filter(|l| !l.is_empty());
                self.push(Inline::WikiLink { title, label });
            }
            Some(OpenInline::Mention { person, name }) => {
                self.push(Inline::Mention { person, name });
            }
            Some(OpenInline::Image(image)) => self.push(Inline::Image(image)),
            Some(OpenInline::Link(_)) | None => {}
        }
    }

    pub(super) fn formula(&mut self, latex: &str, display: bool) {
        if let Some(words) = self.words() {
            let sign = if display { "$$" } else { "$" };
            words.extend([sign, latex, sign]);
        } else {
            self.push(Inline::Math {
                latex: latex.to_owned(),
                display,
            });
        }
    }

    fn push(&mut self, inline: Inline) {
        self.touched = true;
        if self.hidden.is_none() {
            self.line.push(inline);
        }
    }

    /// Returns the target for text that is not part of the line: the description of the outermost
    /// image, or the label of the outermost wiki link or mention. Elements nested in them
    /// contribute only their text.
    fn words(&mut self) -> Option<&mut String> {
        self.opened.iter_mut().find_map(|opened| match opened {
            OpenInline::Link(_) => None,
            OpenInline::Wiki { label, .. } => Some(label),
            OpenInline::Mention { name, .. } => Some(name),
            OpenInline::Image(image) => Some(&mut image.alt),
        })
    }

    fn in_words(&mut self) -> bool {
        self.words().is_some()
    }

    fn marks(&self, code: bool) -> Marks {
        Marks {
            link: self.link(),
            bold: self.bold > 0,
            italic: self.italic > 0,
            strike: self.strike > 0,
            code,
        }
    }

    fn link(&self) -> Option<Link> {
        self.opened.iter().rev().find_map(|opened| match opened {
            OpenInline::Link(link) => Some(link.clone()),
            _ => None,
        })
    }
}

fn link(href: String, title: &str) -> Link {
    let title = (!title.is_empty()).then(|| title.to_owned());
    Link { href, title }
}
