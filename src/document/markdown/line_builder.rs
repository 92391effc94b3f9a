//! The inline part of the parser: from events to the content of a line.

use pulldown_cmark::{LinkType, Tag, TagEnd};

use super::loss::{Loss, Losses};
use super::raw_html::{HtmlTag, HtmlToken, Role, role};
use super::script_stack::ScriptStack;
use crate::tree::{Image, Inline, Link, MENTION_SCHEME, Marks, Script};

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
    /// The places of open links among them. Pictures nest as deep as somebody likes, and each piece of
    /// text asks for its link.
    open_links: Vec<usize>,
    /// The open raw element whose content is not text, such as `script`, and how often it is open.
    hidden: Option<(String, usize)>,
    /// Open raw elements.
    raw: RawMarks,
    scripts: ScriptStack,
    /// What separates the last text from the next: the tags of blocks or cells.
    gap: Option<Gap>,
    /// What the lines so far could not hold.
    lost: Losses,
    /// The bytes of addresses in the marks so far.
    address_bytes: usize,
}

/// The most bytes of addresses in the marks of a section: each piece of text in a link has a copy,
/// and 500 kB of address with 100,000 pieces would be 50 GB.
const MOST_ADDRESS_BYTES: usize = 16 << 20;

/// Marks that raw tags opened. They end with the line.
#[derive(Default)]
struct RawMarks {
    bold: usize,
    italic: usize,
    strike: usize,
    code: usize,
    link: Option<Link>,
}

/// What keeps the content of two elements apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Space,
    Break,
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
        let marks = self.marks(false);
        let closing = self.scripts.unclosed();
        self.append(&closing, marks);
        let (lost, address_bytes) = (std::mem::take(&mut self.lost), self.address_bytes);
        let line = std::mem::take(self).line;
        (self.lost, self.address_bytes) = (lost, address_bytes);
        line
    }

    /// Returns what the lines so far could not hold.
    pub(super) fn take_losses(&mut self) -> Losses {
        std::mem::take(&mut self.lost)
    }

    pub(super) fn text(&mut self, text: &str) {
        self.push_text(text, false);
    }

    pub(super) fn code(&mut self, text: &str) {
        self.push_text(text, true);
    }

    fn push_text(&mut self, text: &str, code: bool) {
        self.touched = true;
        if self.hidden.is_some() || text.is_empty() {
            return;
        }
        self.fill_gap(text.starts_with(char::is_whitespace));
        let before = self.scripts.begin_text();
        let marks = self.marks(code);
        self.append(&before, marks.clone());
        self.append(text, marks);
    }

    fn append(&mut self, text: &str, marks: Marks) {
        if text.is_empty() {
            return;
        }
        if let Some(words) = self.words() {
            words.push_str(text);
        } else {
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

    /// Handles raw HTML: what a line can hold of it, and at least its text. The content of blocks
    /// and cells never touches.
    pub(super) fn html(&mut self, token: &HtmlToken) {
        if let Some((name, depth)) = &mut self.hidden {
            match token {
                HtmlToken::Start(tag) if tag.name == *name => *depth += 1,
                HtmlToken::End(end) if end == name => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match token {
            HtmlToken::Text(text) => self.push_text(text, self.raw.code > 0),
            HtmlToken::Start(tag) => self.open_html(tag),
            HtmlToken::End(name) => self.close_html(name),
        }
    }

    fn open_html(&mut self, tag: &HtmlTag) {
        match tag.name.as_str() {
            "br" => self.line_break(),
            "wbr" => {}
            "sup" => self.open_script(Script::Superscript),
            "sub" => self.open_script(Script::Subscript),
            "b" | "strong" => self.raw.bold += 1,
            "i" | "em" | "cite" | "dfn" | "var" => self.raw.italic += 1,
            "s" | "strike" | "del" => self.raw.strike += 1,
            "code" | "kbd" | "samp" | "tt" => self.raw.code += 1,
            "u" | "ins" | "mark" => self.lost.add(Loss::Underline),
            "a" => {
                let title = tag.get("title").unwrap_or_default();
                let href = tag.get("href").map(|href| link(href.to_owned(), title));
                self.raw.link = href;
            }
            "img" => self.html_image(tag),
            "input" => match (tag.get("type"), tag.get("checked")) {
                (Some("checkbox"), Some(_)) => self.text("[x] "),
                (Some("checkbox"), None) => self.text("[ ] "),
                _ => {}
            },
            name => match role(name) {
                Role::Inline => {}
                Role::Cell => self.widen(Gap::Space),
                Role::Block => {
                    if name == "table" {
                        self.lost.add(Loss::InnerTable);
                    }
                    self.widen(Gap::Break);
                }
                hidden => {
                    if hidden == Role::Embedded {
                        self.lost.add(Loss::Embedded);
                    }
                    self.hidden = (!tag.is_empty()).then(|| (name.to_owned(), 1));
                }
            },
        }
    }

    fn close_html(&mut self, name: &str) {
        let less = |count: &mut usize| *count = count.saturating_sub(1);
        match name {
            "sup" => self.close_script(Script::Superscript),
            "sub" => self.close_script(Script::Subscript),
            "b" | "strong" => less(&mut self.raw.bold),
            "i" | "em" | "cite" | "dfn" | "var" => less(&mut self.raw.italic),
            "s" | "strike" | "del" => less(&mut self.raw.strike),
            "code" | "kbd" | "samp" | "tt" => less(&mut self.raw.code),
            "a" => self.raw.link = None,
            _ => match role(name) {
                Role::Cell => self.widen(Gap::Space),
                Role::Block => self.widen(Gap::Break),
                _ => {}
            },
        }
    }

    fn open_script(&mut self, script: Script) {
        self.scripts.open(script);
        if self.in_words() {
            let text = self.scripts.write_innermost();
            self.append(text, Marks::default());
        }
    }

    fn close_script(&mut self, script: Script) {
        // The parentheses belong to the text within.
        let marks = self.marks(self.raw.code > 0);
        let closing = self.scripts.close(script);
        self.append(&closing, marks);
    }

    fn html_image(&mut self, tag: &HtmlTag) {
        let alt = tag.get("alt").unwrap_or_default();
        let src = tag.get("src").filter(|src| !src.is_empty());
        if self.in_words() || src.is_none() {
            if src.is_none() {
                self.lost.add(Loss::Picture);
            }
            return self.text(alt);
        }
        let Link { href, title } = link(
            src.unwrap_or_default().to_owned(),
            tag.get("title").unwrap_or_default(),
        );
        let link = self.link();
        self.push(Inline::Image(Image {
            src: href,
            alt: alt.to_owned(),
            title,
            link,
        }));
    }

    fn widen(&mut self, gap: Gap) {
        self.gap = self.gap.max(Some(gap));
    }

    /// Separates what follows from the content of the element before it.
    fn fill_gap(&mut self, has_space: bool) {
        let Some(gap) = self.gap.take() else {
            return;
        };
        if self.in_words() {
            return self.append(" ", Marks::default());
        }
        match (gap, self.line.last()) {
            (_, None | Some(Inline::Break)) => {}
            (Gap::Break, Some(_)) => self.line.push(Inline::Break),
            (Gap::Space, Some(Inline::Text { text, .. }))
                if text.ends_with(char::is_whitespace) => {}
            (Gap::Space, Some(_)) if has_space => {}
            (Gap::Space, Some(_)) => self.line.push(Inline::plain(" ")),
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
                self.open_links.push(self.opened.len());
                self.opened.push(OpenInline::Link(link(href, &title)));
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                let Link { href, title } = link(dest_url.into_string(), &title);
                let around = self.link();
                self.opened.push(OpenInline::Image(Image {
                    src: href,
                    alt: String::new(),
                    title,
                    link: around,
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
        if matches!(closed, Some(OpenInline::Link(_))) {
            self.open_links.pop();
        }
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
            self.fill_gap(false);
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

    fn marks(&mut self, code: bool) -> Marks {
        let link = self.link();
        Marks {
            link,
            bold: self.bold + self.raw.bold > 0,
            italic: self.italic + self.raw.italic > 0,
            strike: self.strike + self.raw.strike > 0,
            code,
            script: self.scripts.current(),
        }
    }

    fn link(&mut self) -> Option<Link> {
        let opened = self.open_links.last().map(|at| &self.opened[*at]);
        let opened = opened.and_then(|opened| match opened {
            OpenInline::Link(link) => Some(link),
            _ => None,
        });
        let link = opened.or(self.raw.link.as_ref())?;
        self.address_bytes += link.href.len() + link.title.as_ref().map_or(0, String::len);
        if self.address_bytes > MOST_ADDRESS_BYTES {
            self.lost.add(Loss::Link);
            return None;
        }
        Some(link.clone())
    }
}

fn link(href: String, title: &str) -> Link {
    let title = (!title.is_empty()).then(|| title.to_owned());
    Link { href, title }
}
