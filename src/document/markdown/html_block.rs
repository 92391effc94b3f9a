//! Reads a block of raw HTML as the events that the same text would have in Markdown.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Tag, TagEnd};

use super::html_table::{HtmlTable, TableParts};
use super::loss::{Loss, Losses};
use super::raw_html::{HtmlTag, HtmlToken, Role, role, tokens};

/// A part of the text of an HTML block.
#[derive(Debug, PartialEq)]
pub(super) enum HtmlPiece {
    Event(Event<'static>),
    /// A tag or text within a line.
    Inline(HtmlToken),
    /// The end of a line that is no paragraph of its own.
    EndLine,
}

/// Containers that may be open at once; the tags of further ones only end lines.
const MOST_OPEN: usize = 64;

/// An open container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Quote,
    List { ordered: bool, number: u64 },
    Item,
}

/// Reads a block of raw HTML. All events that begin something are followed by those that end it.
pub(super) fn read_block(html: &str, lost: &mut Losses) -> Vec<HtmlPiece> {
    let mut reader = Reader {
        out: Vec::new(),
        open: Vec::new(),
        ignored: 0,
        heading: None,
        code: None,
        hidden: None,
        table: None,
        at_space: true,
        lost,
    };
    for token in tokens(html) {
        reader.token(token);
    }
    reader.finish()
}

struct Reader<'a> {
    out: Vec<HtmlPiece>,
    open: Vec<Open>,
    /// Open containers beyond [`MOST_OPEN`].
    ignored: usize,
    heading: Option<HeadingLevel>,
    /// The text of an open `pre`, and its language.
    code: Option<(Option<String>, String)>,
    /// The open element that is not shown, and how often it is open.
    hidden: Option<(String, usize)>,
    /// The open table.
    table: Option<HtmlTable>,
    /// Whether the line is empty or ends with a space.
    at_space: bool,
    lost: &'a mut Losses,
}

impl Reader<'_> {
    fn finish(mut self) -> Vec<HtmlPiece> {
        self.end_table();
        self.end_code();
        self.end_line();
        while let Some(open) = self.open.pop() {
            self.end_container(open);
        }
        self.out
    }

    fn token(&mut self, token: HtmlToken) {
        if let Some((name, depth)) = &mut self.hidden {
            match &token {
                HtmlToken::Start(tag) if tag.name == *name => *depth += 1,
                HtmlToken::End(end) if end == name => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        if self.code.is_some() {
            return self.code_token(&token);
        }
        match token {
            HtmlToken::Start(tag) => self.start(tag),
            HtmlToken::End(name) => self.end(name),
            HtmlToken::Text(text) => self.text(&text),
        }
    }

    /// Takes the text of a `pre`; tags in it are colours.
    fn code_token(&mut self, token: &HtmlToken) {
        match (token, &mut self.code) {
            (HtmlToken::End(name), _) if name == "pre" => self.end_code(),
            (HtmlToken::Text(text), Some((_, code))) => code.push_str(text),
            (HtmlToken::Start(tag), Some((_, code))) if tag.name == "br" => code.push('\n'),
            (HtmlToken::Start(tag), Some((language, _))) if tag.name == "code" => {
                let class = tag.get("class").unwrap_or_default();
                let named = class
                    .split(' ')
                    .find_map(|name| name.strip_prefix("language-"));
                *language = named.map(String::from);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            let space = matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
            if !(space && self.at_space) {
                folded.push(if space { ' ' } else { c });
            }
            self.at_space = space;
        }
        if folded.is_empty() {
            return;
        }
        if let Some(table) = &mut self.table {
            return table.inline(HtmlToken::Text(folded));
        }
        self.begin_item();
        self.out.push(HtmlPiece::Inline(HtmlToken::Text(folded)));
    }

    /// Text directly in a list stands in an item of its own.
    fn begin_item(&mut self) {
        if matches!(self.open.last(), Some(Open::List { .. })) && self.ignored == 0 {
            self.out.push(HtmlPiece::Event(Event::Start(Tag::Item)));
            self.open.push(Open::Item);
        }
    }

    fn start(&mut self, tag: HtmlTag) {
        let role = role(&tag.name);
        if matches!(role, Role::Hidden | Role::Embedded) {
            if role == Role::Embedded {
                self.lost.add(Loss::Embedded);
            }
            self.hidden = (!tag.is_empty()).then_some((tag.name, 1));
            return;
        }
        if let Some(table) = &mut self.table {
            self.at_space |= role != Role::Inline;
            return table.start(tag, self.lost);
        }
        if role == Role::Inline {
            return self.inline(tag);
        }
        self.end_line();
        match tag.name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.start_heading(&tag.name),
            "ul" | "menu" | "dir" => self.start_list(None),
            "ol" => {
                if tag.get("reversed").is_some()
                    || matches!(tag.get("type"), Some("a" | "A" | "i" | "I"))
                {
                    self.lost.add(Loss::ListNumbers);
                }
                let start = tag.get("start").and_then(|start| start.parse().ok());
                self.start_list(Some(start.unwrap_or(1)));
            }
            "li" => self.start_item(&tag),
            "blockquote" => {
                self.begin_item();
                self.start_container(Open::Quote, Tag::BlockQuote(None));
            }
            "hr" => {
                self.begin_item();
                self.out.push(HtmlPiece::Event(Event::Rule));
            }
            "pre" => {
                self.begin_item();
                self.code = Some((None, String::new()));
            }
            "table" => {
                self.begin_item();
                self.table = Some(HtmlTable::default());
            }
            // The cells and rows of a table that an empty line divided, and all other blocks.
            _ => {}
        }
    }

    fn inline(&mut self, tag: HtmlTag) {
        self.begin_item();
        if tag.name == "input" && tag.get("type") == Some("checkbox") {
            let checked = tag.get("checked").is_some();
            self.out
                .push(HtmlPiece::Event(Event::TaskListMarker(checked)));
            self.at_space = true;
            return;
        }
        if tag.name == "br" {
            self.at_space = true;
        } else if tag.name == "img" {
            self.at_space = false;
        }
        self.out.push(HtmlPiece::Inline(HtmlToken::Start(tag)));
    }

    fn end(&mut self, name: String) {
        if let Some(table) = &mut self.table {
            self.at_space |= role(&name) != Role::Inline;
            if table.end(name) {
                self.end_table();
            }
            return;
        }
        if role(&name) == Role::Inline {
            self.out.push(HtmlPiece::Inline(HtmlToken::End(name)));
            return;
        }
        self.end_line();
        let ends = |open: &Open| match name.as_str() {
            "ul" | "menu" | "dir" => matches!(open, Open::List { ordered: false, .. }),
            "ol" => matches!(open, Open::List { ordered: true, .. }),
            "blockquote" => *open == Open::Quote,
            // An item ends with the next or with its list: a list may follow its end tag.
            _ => false,
        };
        let container = matches!(name.as_str(), "ul" | "menu" | "dir" | "ol" | "blockquote");
        if container && self.ignored > 0 {
            self.ignored -= 1;
        } else if self.open.iter().any(ends) {
            while let Some(open) = self.open.pop() {
                self.end_container(open);
                if ends(&open) {
                    break;
                }
            }
        }
    }

    fn start_heading(&mut self, name: &str) {
        self.begin_item();
        let number = name[1..].parse::<usize>().unwrap_or(1);
        let level = HeadingLevel::try_from(number).unwrap_or(HeadingLevel::H6);
        self.heading = Some(level);
        self.out.push(HtmlPiece::Event(Event::Start(Tag::Heading {
            level,
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })));
    }

    fn start_list(&mut self, start: Option<u64>) {
        self.begin_item();
        let open = Open::List {
            ordered: start.is_some(),
            number: start.unwrap_or(1),
        };
        self.start_container(open, Tag::List(start));
    }

    fn start_container(&mut self, open: Open, tag: Tag<'static>) {
        if self.ignored > 0 || self.open.len() >= MOST_OPEN {
            self.ignored += 1;
        } else {
            self.open.push(open);
            self.out.push(HtmlPiece::Event(Event::Start(tag)));
        }
    }

    fn start_item(&mut self, tag: &HtmlTag) {
        if self.ignored > 0 {
            return;
        }
        let is_list = |open: &Open| matches!(open, Open::List { .. });
        let Some(list) = self.open.iter().rposition(is_list) else {
            return;
        };
        while self.open.len() > list + 1 {
            if let Some(open) = self.open.pop() {
                self.end_container(open);
            }
        }
        let value = tag.get("value").and_then(|value| value.parse::<u64>().ok());
        if let Some(Open::List {
            ordered: true,
            number,
        }) = self.open.last_mut()
        {
            let now = value.unwrap_or(*number);
            if now != *number {
                // A number out of order begins a list of its own.
                self.out
                    .push(HtmlPiece::Event(Event::End(TagEnd::List(true))));
                self.out
                    .push(HtmlPiece::Event(Event::Start(Tag::List(Some(now)))));
            }
            *number = now.saturating_add(1);
        }
        self.out.push(HtmlPiece::Event(Event::Start(Tag::Item)));
        self.open.push(Open::Item);
    }

    fn end_container(&mut self, open: Open) {
        self.out.push(HtmlPiece::Event(Event::End(match open {
            Open::Quote => TagEnd::BlockQuote(None),
            Open::List { ordered, .. } => TagEnd::List(ordered),
            Open::Item => TagEnd::Item,
        })));
    }

    fn end_line(&mut self) {
        self.at_space = true;
        self.out.push(match self.heading.take() {
            Some(level) => HtmlPiece::Event(Event::End(TagEnd::Heading(level))),
            None => HtmlPiece::EndLine,
        });
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else {
            return;
        };
        let text = text.strip_prefix('\n').unwrap_or(&text).to_owned();
        let info = CowStr::from(language.unwrap_or_default());
        let tag = Tag::CodeBlock(CodeBlockKind::Fenced(info));
        for event in [
            Event::Start(tag),
            Event::Text(text.into()),
            Event::End(TagEnd::CodeBlock),
        ] {
            self.out.push(HtmlPiece::Event(event));
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else {
            return;
        };
        self.at_space = true;
        let TableParts {
            outside,
            align,
            rows,
        } = table.finish();
        for line in outside {
            self.out.extend(line.into_iter().map(HtmlPiece::Inline));
            self.out.push(HtmlPiece::EndLine);
        }
        if rows.is_empty() {
            return;
        }
        self.out
            .push(HtmlPiece::Event(Event::Start(Tag::Table(align))));
        for (at, row) in rows.into_iter().enumerate() {
            let tag = if at == 0 {
                Tag::TableHead
            } else {
                Tag::TableRow
            };
            let end = tag.to_end();
            self.out.push(HtmlPiece::Event(Event::Start(tag)));
            for cell in row {
                self.out
                    .push(HtmlPiece::Event(Event::Start(Tag::TableCell)));
                self.out.extend(cell.into_iter().map(HtmlPiece::Inline));
                self.out
                    .push(HtmlPiece::Event(Event::End(TagEnd::TableCell)));
            }
            self.out.push(HtmlPiece::Event(Event::End(end)));
        }
        self.out.push(HtmlPiece::Event(Event::End(TagEnd::Table)));
    }
}
