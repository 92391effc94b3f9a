//! The merged text as events on their way to HTML, and one side of it as a tree again.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag};

use super::Group;
use super::fate::Fate;
use super::line::Run;
use super::merge::{Holder, ItemPiece, Piece, Table};
use crate::html::{
    ADDED, ADDED_BLOCK, ADDED_END, Merged, PART, REMOVED, REMOVED_BLOCK, REMOVED_END,
};
use crate::markdown::{self, Spelling, events_in, line_events};
use crate::tree::{Block, Inline, Item, ListKind};

/// Writes the merged text, its groups parted by [`PART`].
pub(super) fn events(groups: &[Group<'_, '_>], older: &[Block], newer: &[Block]) -> Merged {
    let mut writer = Writer {
        out: Vec::new(),
        spelling: Spelling::html(),
    };
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            writer.html(PART);
        }
        writer.pieces(group.pieces, false);
    }
    Merged {
        events: writer.out,
        older: footnotes(older),
        newer: footnotes(newer),
    }
}

/// The labels of footnotes in the order in which they are numbered.
fn footnotes(blocks: &[Block]) -> Vec<String> {
    // They are defined at the top of the tree, and only a defined one is referred to.
    let defines = |block: &Block| matches!(block, Block::Footnote { .. });
    if !blocks.iter().any(defines) {
        return Vec::new();
    }
    let label = |event: Event<'static>| match event {
        Event::FootnoteReference(label) | Event::Start(Tag::FootnoteDefinition(label)) => {
            Some(label.into_string())
        }
        _ => None,
    };
    let events = markdown::events(blocks, &mut Spelling::html());
    events.into_iter().filter_map(label).collect()
}

struct Writer {
    out: Vec<Event<'static>>,
    spelling: Spelling,
}

impl Writer {
    fn html(&mut self, html: &'static str) {
        if !html.is_empty() {
            self.out.push(Event::InlineHtml(CowStr::Borrowed(html)));
        }
    }

    fn wrapped(&mut self, tag: Tag<'static>, inside: impl FnOnce(&mut Self)) {
        let end = tag.to_end();
        self.out.push(Event::Start(tag));
        inside(self);
        self.out.push(Event::End(end));
    }

    /// Blocks or a whole item with one fate.
    fn fated(&mut self, fate: Fate, inside: impl FnOnce(&mut Self)) {
        match fate {
            Fate::Same => inside(self),
            Fate::Gone => {
                self.html(REMOVED_BLOCK);
                inside(self);
                self.html(REMOVED_END);
            }
            Fate::New => {
                self.html(ADDED_BLOCK);
                inside(self);
                self.html(ADDED_END);
            }
        }
    }

    fn pieces(&mut self, pieces: &[Piece<'_>], tight: bool) {
        for piece in pieces {
            self.piece(piece, tight);
        }
    }

    fn piece(&mut self, piece: &Piece<'_>, tight: bool) {
        match piece {
            Piece::Whole(fate, block) => self.fated(*fate, |s| {
                let block = std::slice::from_ref(*block);
                s.out.extend(events_in(block, tight, &mut s.spelling));
            }),
            Piece::Line(None, runs) if tight => self.runs(runs),
            Piece::Line(None, runs) => self.wrapped(Tag::Paragraph, |s| s.runs(runs)),
            Piece::Line(Some(level), runs) => {
                self.wrapped(markdown::heading(*level), |s| s.runs(runs));
            }
            Piece::List { kind, tight, items } => self.list(*kind, *tight, items),
            Piece::Table(table) => self.table(table),
            Piece::Code(runs) => self.code(runs),
            Piece::Holder(holder, inside) => {
                let tag = match holder {
                    Holder::Quote => Tag::BlockQuote(None),
                    Holder::Alert(kind) => Tag::BlockQuote(Some(markdown::alert(*kind))),
                    Holder::Footnote(label) => Tag::FootnoteDefinition((*label).to_owned().into()),
                };
                self.wrapped(tag, |s| s.pieces(inside, false));
            }
        }
    }

    fn runs(&mut self, runs: &[Run]) {
        for run in runs {
            let (begin, end) = match run.fate {
                Fate::Same => ("", ""),
                Fate::Gone => (REMOVED, REMOVED_END),
                Fate::New => (ADDED, ADDED_END),
            };
            self.html(begin);
            self.out.extend(line_events(&run.line, &mut self.spelling));
            self.html(end);
        }
    }

    fn list(&mut self, kind: ListKind, tight: bool, items: &[ItemPiece<'_>]) {
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

    fn item(&mut self, kind: ListKind, tight: bool, item: &ItemPiece<'_>) {
        match item {
            ItemPiece::Whole(fate, item) => {
                let inside = self.inside_item(kind, tight, item);
                self.wrapped(Tag::Item, |s| s.fated(*fate, |s| s.out.extend(inside)));
            }
            ItemPiece::Changed { checked, inside } => self.wrapped(Tag::Item, |s| {
                if kind == ListKind::Task {
                    s.out.push(Event::TaskListMarker(*checked));
                }
                s.pieces(inside, tight || kind == ListKind::Task);
            }),
        }
    }

    /// What stands between the tags of an item.
    fn inside_item(&mut self, kind: ListKind, tight: bool, item: &Item) -> Vec<Event<'static>> {
        let list = Block::List {
            kind,
            tight,
            items: vec![item.clone()],
        };
        let mut events = events_in(&[list], false, &mut self.spelling);
        events.truncate(events.len().saturating_sub(2));
        events.drain(..events.len().min(2));
        events
    }

    fn table(&mut self, table: &Table) {
        let align = table.align.iter().map(|align| markdown::alignment(*align));
        self.wrapped(Tag::Table(align.collect()), |s| {
            for (at, (_, cells)) in table.rows.iter().enumerate() {
                let row = if at == 0 {
                    Tag::TableHead
                } else {
                    Tag::TableRow
                };
                s.wrapped(row, |s| {
                    for cell in cells {
                        s.wrapped(Tag::TableCell, |s| s.runs(cell));
                    }
                });
            }
        });
    }

    /// Without its language: what paints code would paint over what changed.
    fn code(&mut self, runs: &[(Fate, String)]) {
        let info = CodeBlockKind::Fenced(CowStr::Borrowed(""));
        self.wrapped(Tag::CodeBlock(info), |s| {
            for (fate, text) in runs {
                let (begin, end) = match fate {
                    Fate::Same => ("", ""),
                    Fate::Gone => (REMOVED, REMOVED_END),
                    Fate::New => (ADDED, ADDED_END),
                };
                s.html(begin);
                s.out.push(Event::Text(text.clone().into()));
                s.html(end);
            }
            s.out.push(Event::Text("\n".into()));
        });
    }
}

/// The tree of the text in which nothing with the fate `without` stands.
pub(super) fn side(pieces: &[Piece<'_>], without: Fate) -> Vec<Block> {
    let stands = |fate: Fate| fate != without;
    let line = |runs: &[Run]| -> Vec<Inline> {
        let kept = runs.iter().filter(|run| stands(run.fate));
        kept.flat_map(|run| run.line.clone()).collect()
    };
    let block = |piece: &Piece<'_>| {
        Some(match piece {
            Piece::Whole(fate, block) => return stands(*fate).then(|| (*block).clone()),
            Piece::Line(None, runs) => Block::Paragraph(line(runs)),
            Piece::Line(Some(level), runs) => Block::Heading {
                level: *level,
                content: line(runs),
            },
            Piece::List { kind, tight, items } => Block::List {
                kind: *kind,
                tight: *tight,
                items: items
                    .iter()
                    .filter_map(|item| match item {
                        ItemPiece::Whole(fate, item) => stands(*fate).then(|| (*item).clone()),
                        ItemPiece::Changed { checked, inside } => Some(Item {
                            checked: *checked,
                            content: side(inside, without),
                        }),
                    })
                    .collect(),
            },
            Piece::Table(table) => Block::Table {
                align: table.align.clone(),
                rows: table
                    .rows
                    .iter()
                    .filter(|(fate, _)| stands(*fate))
                    .map(|(_, cells)| cells.iter().map(|runs| line(runs)).collect())
                    .collect(),
            },
            Piece::Code(runs) => Block::Code {
                language: None,
                text: runs
                    .iter()
                    .filter(|(fate, _)| stands(*fate))
                    .map(|(_, text)| text.as_str())
                    .collect(),
            },
            Piece::Holder(holder, inside) => {
                let content = side(inside, without);
                match holder {
                    Holder::Quote => Block::Quote(content),
                    Holder::Alert(kind) => Block::Alert {
                        kind: *kind,
                        content,
                    },
                    Holder::Footnote(label) => Block::Footnote {
                        label: (*label).to_owned(),
                        content,
                    },
                }
            }
        })
    };
    pieces.iter().filter_map(block).collect()
}
