//! Converts Markdown to a tree.

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use lectern_pool::checkpoint;

use super::extensions;
use super::html_block::{HtmlPiece, read_block};
use super::line_builder::LineBuilder;
use super::loss::{Loss, Losses};
use super::raw_html::tokens;
use crate::schema::Schema;
use crate::tree::{AlertKind, Align, Block, Inline, Item, ListKind, normalise};

/// Parses Markdown into a normalised tree. Heading levels are clamped, raw HTML is read into what it
/// means.
pub(crate) fn parse(markdown: &str) -> Vec<Block> {
    parse_with_losses(markdown).0
}

/// Parses Markdown, and tells what of it the tree cannot hold.
pub(crate) fn parse_with_losses(markdown: &str) -> (Vec<Block>, Losses) {
    let mut builder = Builder::new(Schema::current().max_depth());
    for event in Parser::new_ext(markdown, extensions() | ONLY_READ) {
        checkpoint();
        builder.event(event);
    }
    let (blocks, losses) = builder.finish();
    (normalise(blocks), losses)
}

/// Extensions the writer does not support; placeholders carry them through.
const ONLY_READ: Options = Options::ENABLE_WIKILINKS.union(Options::ENABLE_MATH);

/// An open container.
enum Frame {
    Root,
    Quote,
    Alert(AlertKind),
    Footnote(String),
    List {
        start: Option<u64>,
        items: Vec<(Option<bool>, Vec<Block>)>,
        tight: bool,
    },
    Item(Option<bool>),
    /// Too deep: its content goes to the enclosing container.
    Lifted,
}

struct OpenTable {
    align: Vec<Align>,
    rows: Vec<Vec<Vec<Inline>>>,
}

struct OpenCode {
    language: Option<String>,
    text: String,
}

struct Builder {
    max_depth: usize,
    /// Open containers, each with its blocks so far.
    stack: Vec<(Frame, Vec<Block>)>,
    depth: usize,
    line: LineBuilder,
    heading: Option<u8>,
    table: Option<OpenTable>,
    code: Option<OpenCode>,
    html: Option<String>,
    lost: Losses,
}

impl Builder {
    fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            stack: vec![(Frame::Root, Vec::new())],
            depth: 1,
            line: LineBuilder::default(),
            heading: None,
            table: None,
            code: None,
            html: None,
            lost: Losses::default(),
        }
    }

    fn finish(mut self) -> (Vec<Block>, Losses) {
        self.end_line();
        while self.stack.len() > 1 {
            self.close();
        }
        let blocks = self.stack.pop().map(|(_, blocks)| blocks);
        self.lost.merge(self.line.take_losses());
        (blocks.unwrap_or_default(), self.lost)
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match (&mut self.code, &mut self.html) {
                (Some(code), _) => code.text.push_str(&text),
                (_, Some(html)) => html.push_str(&text),
                _ => self.inline(|line| line.text(&text)),
            },
            Event::Html(html) => match &mut self.html {
                Some(all) => all.push_str(&html),
                None => self.inline_html(&html),
            },
            Event::Code(text) => self.inline(|line| line.code(&text)),
            Event::InlineHtml(html) => self.inline_html(&html),
            Event::SoftBreak => self.inline(|line| line.text(" ")),
            Event::HardBreak => self.inline(LineBuilder::line_break),
            Event::FootnoteReference(label) => self.inline(|line| line.footnote(&label)),
            Event::Rule => self.block(Block::Rule),
            Event::TaskListMarker(checked) => self.task(checked),
            Event::InlineMath(latex) => self.inline(|line| line.formula(&latex, false)),
            Event::DisplayMath(latex) => self.inline(|line| line.formula(&latex, true)),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.end_line(),
            Tag::Heading { level, .. } => {
                self.end_line();
                self.heading = Some(clamp(level));
            }
            Tag::BlockQuote(None) => self.open(Frame::Quote, 1),
            Tag::BlockQuote(Some(kind)) => self.open(Frame::Alert(alert(kind)), 1),
            Tag::FootnoteDefinition(label) => self.open(Frame::Footnote(label.into_string()), 1),
            Tag::List(start) => {
                let (items, tight) = (Vec::new(), false);
                self.open(
                    Frame::List {
                        start,
                        items,
                        tight,
                    },
                    2,
                );
            }
            Tag::Item => self.open_item(),
            Tag::CodeBlock(kind) => {
                self.end_line();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => Some(info.into_string()),
                    CodeBlockKind::Indented => None,
                };
                let text = String::new();
                self.code = Some(OpenCode { language, text });
            }
            Tag::HtmlBlock => {
                self.end_line();
                self.html = Some(String::new());
            }
            Tag::Table(align) => {
                self.end_line();
                let align = align.into_iter().map(alignment).collect();
                let rows = Vec::new();
                self.table = Some(OpenTable { align, rows });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => {}
            inline => self.inline(|line| line.start(inline)),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.end_paragraph(),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition | TagEnd::List(_) | TagEnd::Item => {
                self.end_line();
                self.close();
            }
            TagEnd::CodeBlock => {
                if let Some(OpenCode { language, mut text }) = self.code.take() {
                    if text.ends_with('\n') {
                        text.pop();
                    }
                    self.block(Block::Code { language, text });
                }
            }
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    self.html_block(&html);
                }
            }
            TagEnd::Table => self.end_table(),
            TagEnd::TableCell => {
                let cell = self.line.take();
                if let Some(row) = self.table.as_mut().and_then(|t| t.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {}
            inline => self.line.end(inline),
        }
    }

    fn inline_html(&mut self, html: &str) {
        self.line.touch();
        for token in tokens(html) {
            self.line.html(&token);
        }
    }

    fn html_block(&mut self, html: &str) {
        for piece in read_block(html, &mut self.lost) {
            match piece {
                HtmlPiece::Event(event) => self.event(event),
                HtmlPiece::Inline(token) => self.line.html(&token),
                HtmlPiece::EndLine => self.end_line(),
            }
        }
        self.end_line();
    }

    fn inline(&mut self, add: impl FnOnce(&mut LineBuilder)) {
        add(&mut self.line);
    }

    /// Ends text in a tight item that has no paragraph of its own.
    fn end_line(&mut self) {
        if self.line.is_untouched() {
            return;
        }
        if let Some((Frame::List { tight, .. }, _)) = self.nearest_list() {
            *tight = true;
        }
        self.end_paragraph();
    }

    fn end_paragraph(&mut self) {
        let content = self.line.take();
        let block = match self.heading.take() {
            Some(level) => Block::Heading { level, content },
            None => Block::Paragraph(content),
        };
        self.push(block);
    }

    fn block(&mut self, block: Block) {
        self.end_line();
        self.push(block);
    }

    fn push(&mut self, block: Block) {
        let nearest = self
            .stack
            .iter_mut()
            .rev()
            .find(|(frame, _)| !matches!(frame, Frame::Lifted));
        if let Some((_, blocks)) = nearest {
            blocks.push(block);
        }
    }

    /// Opens a container that adds `levels` of nesting.
    fn open(&mut self, frame: Frame, levels: usize) {
        self.end_line();
        let frame = if self.depth + levels > self.max_depth {
            Frame::Lifted
        } else {
            self.depth += 1;
            frame
        };
        self.stack.push((frame, Vec::new()));
    }

    fn open_item(&mut self) {
        let frame = match self.stack.last() {
            Some((Frame::List { .. }, _)) => Frame::Item(None),
            _ => Frame::Lifted,
        };
        if matches!(frame, Frame::Item(_)) {
            self.depth += 1;
        }
        self.stack.push((frame, Vec::new()));
    }

    fn close(&mut self) {
        let Some((frame, content)) = self.stack.pop() else {
            return;
        };
        if !matches!(frame, Frame::Lifted) {
            self.depth -= 1;
        }
        match frame {
            Frame::Root | Frame::Lifted => {}
            Frame::Quote => self.push(Block::Quote(content)),
            Frame::Alert(kind) => self.push(Block::Alert { kind, content }),
            Frame::Footnote(label) => self.push(Block::Footnote { label, content }),
            Frame::Item(task) => {
                if let Some((Frame::List { items, .. }, _)) = self.stack.last_mut() {
                    items.push((task, content));
                }
            }
            Frame::List {
                start,
                items,
                tight,
            } => {
                let lists = lists(start, tight, items);
                if lists.len() > 1 {
                    self.lost.add(Loss::MixedList);
                }
                for list in lists {
                    self.push(list);
                }
            }
        }
    }

    fn task(&mut self, checked: bool) {
        match self.stack.last_mut() {
            Some((Frame::Item(task), _)) => {
                *task = Some(checked);
                self.line.touch();
            }
            _ => self.line.text(if checked { "[x] " } else { "[ ] " }),
        }
    }

    fn nearest_list(&mut self) -> Option<&mut (Frame, Vec<Block>)> {
        let item = self.stack.len().checked_sub(1)?;
        matches!(self.stack[item].0, Frame::Item(_))
            .then(|| {
                item.checked_sub(1)
                    .and_then(|list| self.stack.get_mut(list))
            })
            .flatten()
    }

    fn end_table(&mut self) {
        let Some(OpenTable { align, rows }) = self.table.take() else {
            return;
        };
        if self.depth + 3 > self.max_depth {
            for cell in rows.into_iter().flatten() {
                self.push(Block::Paragraph(cell));
            }
        } else {
            self.push(Block::Table { align, rows });
        }
    }
}

/// Ordered lists have no check boxes and task lists contain only tasks. In the first case boxes
/// become text, in the second the list is split.
fn lists(start: Option<u64>, tight: bool, items: Vec<(Option<bool>, Vec<Block>)>) -> Vec<Block> {
    if let Some(start) = start {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let items = items.into_iter().map(boxed_as_text).collect();
        let kind = ListKind::Ordered(start);
        return vec![Block::List { kind, tight, items }];
    }
    let mut out: Vec<Block> = Vec::new();
    for (task, content) in items {
        let next = match task {
            Some(_) => ListKind::Task,
            None => ListKind::Bullet,
        };
        let item = Item {
            checked: task.unwrap_or(false),
            content,
        };
        match out.last_mut() {
            Some(Block::List { kind, items, .. }) if *kind == next => items.push(item),
            _ => out.push(Block::List {
                kind: next,
                tight,
                items: vec![item],
            }),
        }
    }
    out
}

fn boxed_as_text((task, mut content): (Option<bool>, Vec<Block>)) -> Item {
    if let Some(checked) = task {
        let text = Inline::plain(if checked { "[x] " } else { "[ ] " });
        match content.first_mut() {
            Some(Block::Paragraph(line)) => line.insert(0, text),
            _ => content.insert(0, Block::Paragraph(vec![text])),
        }
    }
    Item {
        checked: false,
        content,
    }
}

fn clamp(level: HeadingLevel) -> u8 {
    (level as u8).clamp(3, 5)
}

fn alignment(align: Alignment) -> Align {
    match align {
        Alignment::None => Align::None,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}

fn alert(kind: BlockQuoteKind) -> AlertKind {
    match kind {
        BlockQuoteKind::Note => AlertKind::Note,
        BlockQuoteKind::Tip => AlertKind::Tip,
        BlockQuoteKind::Important => AlertKind::Important,
        BlockQuoteKind::Warning => AlertKind::Warning,
        BlockQuoteKind::Caution => AlertKind::Caution,
    }
}
