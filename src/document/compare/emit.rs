//! Turns a merged diff into events for HTML, and one side of it back into a tree.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag};

use super::Group;
use super::change::Change;
use super::line_diff::DiffRun;
use super::merge::{Container, DiffBlock, DiffItem, DiffTable};
use crate::html::{
    ADDED, ADDED_BLOCK, ADDED_END, MergedEvents, REMOVED, REMOVED_BLOCK, REMOVED_END, SEGMENT_BREAK,
};
use crate::markdown::{self, Dialect, events_in, line_events};
use crate::tree::{Block, Inline, Item, ListKind};

/// Writes the merged text, its groups separated by [`SEGMENT_BREAK`].
pub(super) fn events(groups: &[Group<'_, '_>], older: &[Block], newer: &[Block]) -> MergedEvents {
    let mut writer = Writer {
        out: Vec::new(),
        dialect: Dialect::html(),
    };
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            writer.html(SEGMENT_BREAK);
        }
        writer.blocks(group.blocks, false);
    }
    MergedEvents {
        events: writer.out,
        older: footnotes(older),
        newer: footnotes(newer),
    }
}

/// Returns the labels of footnotes in the order of their numbers.
fn footnotes(blocks: &[Block]) -> Vec<String> {
    // Footnotes are defined at the top level, and only defined ones are referenced.
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
    let events = markdown::events(blocks, &mut Dialect::html());
    events.into_iter().filter_map(label).collect()
}

struct Writer {
    out: Vec<Event<'static>>,
    dialect: Dialect,
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

    /// Writes blocks, or a whole item, marked as one change.
    fn marked(&mut self, change: Change, inside: impl FnOnce(&mut Self)) {
        match change {
            Change::Unchanged => inside(self),
            Change::Removed => {
                self.html(REMOVED_BLOCK);
                inside(self);
                self.html(REMOVED_END);
            }
            Change::Added => {
                self.html(ADDED_BLOCK);
                inside(self);
                self.html(ADDED_END);
            }
        }
    }

    fn blocks(&mut self, blocks: &[DiffBlock<'_>], tight: bool) {
        for block in blocks {
            self.block(block, tight);
        }
    }

    fn block(&mut self, block: &DiffBlock<'_>, tight: bool) {
        match block {
            DiffBlock::Whole(change, block) => self.marked(*change, |s| {
                let block = std::slice::from_ref(*block);
                s.out.extend(events_in(block, tight, &mut s.dialect));
            }),
            DiffBlock::Line(None, runs) if tight => self.runs(runs),
            DiffBlock::Line(None, runs) => self.wrapped(Tag::Paragraph, |s| s.runs(runs)),
            DiffBlock::Line(Some(level), runs) => {
                self.wrapped(markdown::heading(*level), |s| s.runs(runs));
            }
            DiffBlock::List { kind, tight, items } => self.list(*kind, *tight, items),
            DiffBlock::Table(table) => self.table(table),
            DiffBlock::Code(runs) => self.code(runs),
            DiffBlock::Container(container, inside) => {
                let tag = match container {
                    Container::Quote => Tag::BlockQuote(None),
                    Container::Alert(kind) => Tag::BlockQuote(Some(markdown::alert(*kind))),
                    Container::Footnote(label) => {
                        Tag::FootnoteDefinition((*label).to_owned().into())
                    }
                };
                self.wrapped(tag, |s| s.blocks(inside, false));
            }
        }
    }

    fn runs(&mut self, runs: &[DiffRun]) {
        for run in runs {
            let (begin, end) = match run.change {
                Change::Unchanged => ("", ""),
                Change::Removed => (REMOVED, REMOVED_END),
                Change::Added => (ADDED, ADDED_END),
            };
            self.html(begin);
            self.out.extend(line_events(&run.line, &mut self.dialect));
            self.html(end);
        }
    }

    fn list(&mut self, kind: ListKind, tight: bool, items: &[DiffItem<'_>]) {
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

    fn item(&mut self, kind: ListKind, tight: bool, item: &DiffItem<'_>) {
        match item {
            DiffItem::Whole(change, item) => {
                let inside = self.inside_item(kind, tight, item);
                self.wrapped(Tag::Item, |s| s.marked(*change, |s| s.out.extend(inside)));
            }
            DiffItem::Changed { checked, inside } => self.wrapped(Tag::Item, |s| {
                if kind == ListKind::Task {
                    s.out.push(Event::TaskListMarker(*checked));
                }
                s.blocks(inside, tight || kind == ListKind::Task);
            }),
        }
    }

    /// Returns the events between the tags of an item.
    fn inside_item(&mut self, kind: ListKind, tight: bool, item: &Item) -> Vec<Event<'static>> {
        let list = Block::List {
            kind,
            tight,
            items: vec![item.clone()],
        };
        let mut events = events_in(&[list], false, &mut self.dialect);
        events.truncate(events.len().saturating_sub(2));
        events.drain(..events.len().min(2));
        events
    }

    fn table(&mut self, table: &DiffTable) {
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

    /// The language is omitted: syntax highlighting would hide the change marks.
    fn code(&mut self, runs: &[(Change, String)]) {
        let info = CodeBlockKind::Fenced(CowStr::Borrowed(""));
        self.wrapped(Tag::CodeBlock(info), |s| {
            for (change, text) in runs {
                let (begin, end) = match change {
                    Change::Unchanged => ("", ""),
                    Change::Removed => (REMOVED, REMOVED_END),
                    Change::Added => (ADDED, ADDED_END),
                };
                s.html(begin);
                s.out.push(Event::Text(text.clone().into()));
                s.html(end);
            }
            s.out.push(Event::Text("\n".into()));
        });
    }
}

/// Returns the tree without the parts marked `without`.
pub(super) fn side(blocks: &[DiffBlock<'_>], without: Change) -> Vec<Block> {
    let stands = |change: Change| change != without;
    let line = |runs: &[DiffRun]| -> Vec<Inline> {
        let kept = runs.iter().filter(|run| stands(run.change));
        kept.flat_map(|run| run.line.clone()).collect()
    };
    let block = |block: &DiffBlock<'_>| {
        Some(match block {
            DiffBlock::Whole(change, block) => return stands(*change).then(|| (*block).clone()),
            DiffBlock::Line(None, runs) => Block::Paragraph(line(runs)),
            DiffBlock::Line(Some(level), runs) => Block::Heading {
                level: *level,
                content: line(runs),
            },
            DiffBlock::List { kind, tight, items } => Block::List {
                kind: *kind,
                tight: *tight,
                items: items
                    .iter()
                    .filter_map(|item| match item {
                        DiffItem::Whole(change, item) => stands(*change).then(|| (*item).clone()),
                        DiffItem::Changed { checked, inside } => Some(Item {
                            checked: *checked,
                            content: side(inside, without),
                        }),
                    })
                    .collect(),
            },
            DiffBlock::Table(table) => Block::Table {
                align: table.align.clone(),
                rows: table
                    .rows
                    .iter()
                    .filter(|(change, _)| stands(*change))
                    .map(|(_, cells)| cells.iter().map(|runs| line(runs)).collect())
                    .collect(),
            },
            DiffBlock::Code(runs) => Block::Code {
                language: None,
                text: runs
                    .iter()
                    .filter(|(change, _)| stands(*change))
                    .map(|(_, text)| text.as_str())
                    .collect(),
            },
            DiffBlock::Container(container, inside) => {
                let content = side(inside, without);
                match container {
                    Container::Quote => Block::Quote(content),
                    Container::Alert(kind) => Block::Alert {
                        kind: *kind,
                        content,
                    },
                    Container::Footnote(label) => Block::Footnote {
                        label: (*label).to_owned(),
                        content,
                    },
                }
            }
        })
    };
    blocks.iter().filter_map(block).collect()
}
