//! Converts a tree to pulldown-cmark events.

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd,
};

use super::dialect::{Dialect, WikiLinkText};
use crate::tree::{
    AlertKind, Align, Block, Inline, Item, Link, ListKind, MarkKind, MarkSpan, Marks, Script,
    effective_marks, layers,
};

/// Returns the events of some blocks in a dialect.
pub(crate) fn events(blocks: &[Block], dialect: &mut Dialect) -> Vec<Event<'static>> {
    events_in(blocks, false, dialect)
}

/// Returns the events of some blocks inside a list item; the list may be tight.
pub(crate) fn events_in(
    blocks: &[Block],
    tight: bool,
    dialect: &mut Dialect,
) -> Vec<Event<'static>> {
    let mut emitter = Emitter {
        out: Vec::new(),
        dialect,
    };
    emitter.blocks(blocks, tight);
    emitter.out
}

/// Returns the events of a line or a part of it, without the enclosing block.
pub(crate) fn line_events(line: &[Inline], dialect: &mut Dialect) -> Vec<Event<'static>> {
    let mut emitter = Emitter {
        out: Vec::new(),
        dialect,
    };
    emitter.line(line, LineContext::Paragraph);
    emitter.out
}

struct Emitter<'a> {
    out: Vec<Event<'static>>,
    dialect: &'a mut Dialect,
}

/// The block that contains a line.
#[derive(Clone, Copy, PartialEq)]
enum LineContext {
    Paragraph,
    Heading,
    Cell,
}

impl Emitter<'_> {
    fn blocks(&mut self, blocks: &[Block], tight: bool) {
        for block in blocks {
            self.block(block, tight);
        }
    }

    fn block(&mut self, block: &Block, tight: bool) {
        match block {
            Block::Paragraph(line) if line.is_empty() => {}
            Block::Paragraph(line) if tight => self.line(line, LineContext::Paragraph),
            Block::Paragraph(line) => {
                self.wrapped(Tag::Paragraph, |s| s.line(line, LineContext::Paragraph));
            }
            Block::Heading { level, content } => {
                let tag = heading(*level);
                self.wrapped(tag, |s| s.line(content, LineContext::Heading));
            }
            Block::List { kind, tight, items } => self.list(*kind, *tight, items),
            Block::Table { align, rows } => self.table(align, rows),
            Block::Code { language, text } => self.code(language.as_deref(), text),
            Block::Quote(content) => {
                self.wrapped(Tag::BlockQuote(None), |s| s.blocks(content, false));
            }
            Block::Alert { kind, content } => {
                let tag = Tag::BlockQuote(Some(alert(*kind)));
                self.wrapped(tag, |s| {
                    // Some blocks cannot directly follow the first line of an alert.
                    if s.dialect.mark_empty {
                        s.empty_marker();
                    }
                    s.blocks(content, false);
                });
            }
            Block::Rule => self.out.push(Event::Rule),
            Block::Footnote { label, content } => {
                let tag = Tag::FootnoteDefinition(label.clone().into());
                self.wrapped(tag, |s| s.blocks(content, false));
            }
        }
    }

    fn wrapped(&mut self, tag: Tag<'static>, inside: impl FnOnce(&mut Self)) {
        let end = tag.to_end();
        self.out.push(Event::Start(tag));
        inside(self);
        self.out.push(Event::End(end));
    }

    fn list(&mut self, kind: ListKind, tight: bool, items: &[Item]) {
        let start = match kind {
            ListKind::Ordered(start) => Some(u64::from(start)),
            _ => None,
        };
        self.wrapped(Tag::List(start), |s| {
            for item in items {
                s.item(kind, tight, item);
            }
        });
    }

    fn item(&mut self, kind: ListKind, tight: bool, item: &Item) {
        // A bullet before an empty line or a rule could be parsed as something else.
        let unclear = item
            .content
            .first()
            .is_some_and(|first| first.is_empty_paragraph() || matches!(first, Block::Rule));
        self.wrapped(Tag::Item, |s| {
            if kind != ListKind::Task {
                if unclear && s.dialect.mark_empty {
                    s.empty_marker();
                }
                return s.blocks(&item.content, tight);
            }
            // The check box belongs to the paragraph, which a tight list omits.
            let Some((Block::Paragraph(line), rest)) = item.content.split_first() else {
                return s.blocks(&item.content, tight);
            };
            if !tight {
                s.out.push(Event::Start(Tag::Paragraph));
            }
            s.out.push(Event::TaskListMarker(item.checked));
            if line.is_empty() {
                s.dialect.nothing(&mut s.out);
            }
            s.line(line, LineContext::Paragraph);
            if !tight {
                s.out.push(Event::End(TagEnd::Paragraph));
            }
            s.blocks(rest, tight);
        });
    }

    fn empty_marker(&mut self) {
        self.wrapped(Tag::HtmlBlock, |s| {
            s.out.push(Event::Html("<!-- -->\n".into()));
        });
    }

    fn table(&mut self, align: &[Align], rows: &[Vec<Vec<Inline>>]) {
        let align = align.iter().map(|a| alignment(*a)).collect();
        self.wrapped(Tag::Table(align), |s| {
            for (index, row) in rows.iter().enumerate() {
                let tag = if index == 0 {
                    Tag::TableHead
                } else {
                    Tag::TableRow
                };
                s.wrapped(tag, |s| {
                    for cell in row {
                        s.wrapped(Tag::TableCell, |s| s.line(cell, LineContext::Cell));
                    }
                });
            }
        });
    }

    fn code(&mut self, language: Option<&str>, text: &str) {
        let info = CowStr::from(language.unwrap_or_default().to_owned());
        self.wrapped(Tag::CodeBlock(CodeBlockKind::Fenced(info)), |s| {
            if !text.is_empty() {
                s.out.push(Event::Text(format!("{text}\n").into()));
            }
        });
    }

    fn line(&mut self, line: &[Inline], context: LineContext) {
        let mut marks = effective_marks(line);
        if !self.dialect.marks {
            // Without its script, text would say something else.
            for marks in &mut marks {
                *marks = Marks {
                    script: marks.script,
                    code: marks.code,
                    ..Marks::default()
                };
            }
        }
        self.layers(&layers(&marks), line, &marks, context);
    }

    fn layers(
        &mut self,
        layers: &[MarkSpan],
        line: &[Inline],
        marks: &[Marks],
        context: LineContext,
    ) {
        for layer in layers {
            match layer {
                MarkSpan::Inline(at) => self.piece(line, *at, &marks[*at], context),
                MarkSpan::Marked {
                    mark: MarkKind::Script(script),
                    inside,
                    ..
                } => {
                    self.script_tag("<", *script);
                    self.layers(inside, line, marks, context);
                    self.script_tag("</", *script);
                }
                MarkSpan::Marked { mark, from, inside } => {
                    let tag = self.tag(*mark, &marks[*from], context);
                    self.wrapped(tag, |s| s.layers(inside, line, marks, context));
                }
            }
        }
    }

    fn script_tag(&mut self, begin: &str, script: Script) {
        let tag = format!("{begin}{}>", script.element());
        self.out.push(Event::InlineHtml(tag.into()));
    }

    fn tag(&self, mark: MarkKind, marks: &Marks, context: LineContext) -> Tag<'static> {
        match (mark, &marks.link) {
            (MarkKind::Bold, _) => Tag::Strong,
            (MarkKind::Italic, _) => Tag::Emphasis,
            (MarkKind::Link, Some(link)) => {
                let (dest_url, title) = self.address(link, context);
                Tag::Link {
                    link_type: LinkType::Inline,
                    dest_url,
                    title,
                    id: CowStr::Borrowed(""),
                }
            }
            _ => Tag::Strikethrough,
        }
    }

    fn image_tag(&self, link: &Link, context: LineContext) -> Tag<'static> {
        let (dest_url, title) = self.address(link, context);
        Tag::Image {
            link_type: LinkType::Inline,
            dest_url,
            title,
            id: CowStr::Borrowed(""),
        }
    }

    fn address(&self, link: &Link, context: LineContext) -> (CowStr<'static>, CowStr<'static>) {
        let spell = |text: &str| match context {
            LineContext::Cell => self.dialect.in_cell(text),
            _ => text.to_owned().into(),
        };
        let title = link.title.as_deref().unwrap_or_default();
        (spell(&link.href), spell(title))
    }

    fn piece(&mut self, line: &[Inline], at: usize, marks: &Marks, context: LineContext) {
        match &line[at] {
            Inline::Text { text, .. } if marks.code => {
                self.out.push(Event::Code(text.clone().into()));
            }
            Inline::Text { text, .. } => self.dialect.text(text, &mut self.out),
            Inline::Break => {
                let is_break = |i: &Inline| matches!(i, Inline::Break);
                let in_row = line[..at].last().is_some_and(is_break)
                    || line.get(at + 1).is_some_and(is_break);
                let as_tag = in_row || context != LineContext::Paragraph;
                self.dialect.line_break(as_tag, &mut self.out);
            }
            Inline::Image(image) => {
                let link = Link {
                    href: image.src.clone(),
                    title: image.title.clone(),
                };
                let tag = self.image_tag(&link, context);
                self.wrapped(tag, |s| {
                    s.dialect.words(&image.alt, &mut s.out);
                });
            }
            Inline::FootnoteReference(label) => self.dialect.footnote(label, &mut self.out),
            Inline::WikiLink { title, label } => {
                let wiki = WikiLinkText {
                    title,
                    label: label.as_deref(),
                    in_table: context == LineContext::Cell,
                };
                self.dialect.wiki(wiki, &mut self.out);
            }
            Inline::Mention { person, name } => {
                self.dialect.mention(person, name, &mut self.out);
            }
            Inline::Math { latex, display } => {
                let in_table = context == LineContext::Cell;
                self.dialect
                    .formula(latex, *display, in_table, &mut self.out);
            }
        }
    }
}

pub(crate) fn heading(level: u8) -> Tag<'static> {
    let level = match level {
        ..=3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    };
    Tag::Heading {
        level,
        id: None,
        classes: Vec::new(),
        attrs: Vec::new(),
    }
}

pub(crate) fn alignment(align: Align) -> Alignment {
    match align {
        Align::None => Alignment::None,
        Align::Left => Alignment::Left,
        Align::Center => Alignment::Center,
        Align::Right => Alignment::Right,
    }
}

pub(crate) fn alert(kind: AlertKind) -> BlockQuoteKind {
    match kind {
        AlertKind::Note => BlockQuoteKind::Note,
        AlertKind::Tip => BlockQuoteKind::Tip,
        AlertKind::Important => BlockQuoteKind::Important,
        AlertKind::Warning => BlockQuoteKind::Warning,
        AlertKind::Caution => BlockQuoteKind::Caution,
    }
}
