//! Two trees in one: every block, item, row and word with what became of it.

use super::fate::Fate;
use super::line::{self, Run};
use super::sequence::{Bag, Step, alike_steps, equal_steps};
use super::{Amount, count_words, words_in};
use crate::tree::{AlertKind, Align, Block, Inline, Item, ListKind, plain_text};
use similar::DiffableStr;

/// A block of the merged text.
#[derive(Debug)]
pub(super) enum Piece<'b> {
    /// A block that only one of the texts has, or both.
    Whole(Fate, &'b Block),
    /// A paragraph, or a heading of this level.
    Line(Option<u8>, Vec<Run>),
    List {
        kind: ListKind,
        tight: bool,
        items: Vec<ItemPiece<'b>>,
    },
    Table(Table),
    /// Runs of its lines.
    Code(Vec<(Fate, String)>),
    Holder(Holder<'b>, Vec<Piece<'b>>),
}

/// A block that holds others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder<'b> {
    Quote,
    Alert(AlertKind),
    Footnote(&'b str),
}

/// An item of a merged list.
#[derive(Debug)]
pub(super) enum ItemPiece<'b> {
    Whole(Fate, &'b Item),
    Changed {
        checked: bool,
        inside: Vec<Piece<'b>>,
    },
}

/// A merged table: the cells of each row, the first row being the header.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) align: Vec<Align>,
    pub(super) rows: Vec<(Fate, Vec<Vec<Run>>)>,
}

/// Merges the blocks of two texts.
pub(super) fn blocks<'b>(older: &'b [Block], newer: &'b [Block]) -> Vec<Piece<'b>> {
    let bag = |block: &Block| bag_of(std::slice::from_ref(block));
    let (old_bags, new_bags) = (lazily(older, &bag), lazily(newer, &bag));
    let likeness = |i: usize, j: usize| match fits(&older[i], &newer[j]) {
        Fit::Not => 0,
        Fit::Sure => 1_000,
        Fit::Maybe => old_bags.get(i).likeness(new_bags.get(j)),
    };
    let steps = alike_steps(equal_steps(older, newer), &likeness);
    let piece = |step| match step {
        Step::Gone(at) => Piece::Whole(Fate::Gone, &older[at]),
        Step::New(at) => Piece::Whole(Fate::New, &newer[at]),
        Step::Both(i, j) if older[i] == newer[j] => Piece::Whole(Fate::Same, &newer[j]),
        Step::Both(i, j) => changed(&older[i], &newer[j]),
    };
    steps.into_iter().map(piece).collect()
}

/// Bags of words that are made when they are first asked for.
struct Lazily<'t, T> {
    of: &'t [T],
    bag: &'t dyn Fn(&T) -> Bag,
    made: Vec<std::cell::OnceCell<Bag>>,
}

fn lazily<'t, T>(of: &'t [T], bag: &'t dyn Fn(&T) -> Bag) -> Lazily<'t, T> {
    let made = vec![std::cell::OnceCell::new(); of.len()];
    Lazily { of, bag, made }
}

impl<T> Lazily<'_, T> {
    fn get(&self, at: usize) -> &Bag {
        self.made[at].get_or_init(|| (self.bag)(&self.of[at]))
    }
}

fn bag_of(blocks: &[Block]) -> Bag {
    words_bag(&plain_text(blocks))
}

fn words_bag(text: &str) -> Bag {
    let words = text.tokenize_unicode_words();
    Bag::of(words.into_iter().filter(|word| !word.trim().is_empty()))
}

/// Whether one block can be another one changed.
enum Fit {
    Not,
    /// If their words are alike.
    Maybe,
    Sure,
}

fn fits(older: &Block, newer: &Block) -> Fit {
    let same_form = match (older, newer) {
        (Block::Paragraph(_), Block::Paragraph(_))
        | (Block::Table { .. }, Block::Table { .. })
        | (Block::Quote(_), Block::Quote(_)) => true,
        (Block::Heading { level: a, .. }, Block::Heading { level: b, .. }) => a == b,
        (Block::List { kind: a, .. }, Block::List { kind: b, .. }) => a == b,
        (Block::Code { language: a, .. }, Block::Code { language: b, .. }) => a == b,
        (Block::Alert { kind: a, .. }, Block::Alert { kind: b, .. }) => a == b,
        (Block::Footnote { label: a, .. }, Block::Footnote { label: b, .. }) => {
            return if a == b { Fit::Sure } else { Fit::Not };
        }
        _ => false,
    };
    if same_form { Fit::Maybe } else { Fit::Not }
}

/// Merges two blocks that fit; of others the newer one is taken for new.
fn changed<'b>(older: &'b Block, newer: &'b Block) -> Piece<'b> {
    match (older, newer) {
        (Block::Paragraph(a), Block::Paragraph(b)) => Piece::Line(None, line::runs(a, b)),
        (Block::Heading { content: a, .. }, Block::Heading { level, content: b }) => {
            Piece::Line(Some(*level), line::runs(a, b))
        }
        (Block::List { items: a, .. }, Block::List { kind, tight, items }) => Piece::List {
            kind: *kind,
            tight: *tight,
            items: items_of(a, items),
        },
        (Block::Table { align: a, rows: b }, Block::Table { align, rows }) => {
            Piece::Table(table((a, b), (align, rows)))
        }
        (Block::Code { text: a, .. }, Block::Code { text: b, .. }) => Piece::Code(code(a, b)),
        (Block::Quote(a), Block::Quote(b)) => Piece::Holder(Holder::Quote, blocks(a, b)),
        (Block::Alert { content: a, .. }, Block::Alert { kind, content }) => {
            Piece::Holder(Holder::Alert(*kind), blocks(a, content))
        }
        (Block::Footnote { content: a, .. }, Block::Footnote { label, content }) => {
            Piece::Holder(Holder::Footnote(label), blocks(a, content))
        }
        (_, newer) => Piece::Whole(Fate::New, newer),
    }
}

fn items_of<'b>(older: &'b [Item], newer: &'b [Item]) -> Vec<ItemPiece<'b>> {
    let bag = |item: &Item| bag_of(&item.content);
    let (old_bags, new_bags) = (lazily(older, &bag), lazily(newer, &bag));
    let likeness = |i: usize, j: usize| match older[i].checked == newer[j].checked {
        true => old_bags.get(i).likeness(new_bags.get(j)),
        false => 0,
    };
    let steps = alike_steps(equal_steps(older, newer), &likeness);
    let item = |step| match step {
        Step::Gone(at) => ItemPiece::Whole(Fate::Gone, &older[at]),
        Step::New(at) => ItemPiece::Whole(Fate::New, &newer[at]),
        Step::Both(i, j) if older[i] == newer[j] => ItemPiece::Whole(Fate::Same, &newer[j]),
        Step::Both(i, j) => ItemPiece::Changed {
            checked: newer[j].checked,
            inside: blocks(&older[i].content, &newer[j].content),
        },
    };
    steps.into_iter().map(item).collect()
}

/// The columns and rows of a table.
type Grid<'b> = (&'b [Align], &'b [Vec<Vec<Inline>>]);

fn table(older: Grid<'_>, newer: Grid<'_>) -> Table {
    let (old_head, old_rows) = older.1.split_first().map_or((&[][..], older.1), head);
    let (new_head, new_rows) = newer.1.split_first().map_or((&[][..], newer.1), head);
    let columns = columns(old_head, new_head);
    let align = columns.iter().map(|column| match column {
        Step::Gone(at) => older.0.get(*at),
        Step::New(at) | Step::Both(_, at) => newer.0.get(*at),
    });
    let cells = |old: Option<&[Vec<Inline>]>, new: Option<&[Vec<Inline>]>| {
        let merged = columns.iter().map(|column| cell(*column, old, new));
        merged.collect::<Vec<_>>()
    };
    let bag = |row: &Vec<Vec<Inline>>| row_bag(row);
    let (old_bags, new_bags) = (lazily(old_rows, &bag), lazily(new_rows, &bag));
    let likeness = |i: usize, j: usize| old_bags.get(i).likeness(new_bags.get(j));
    let steps = alike_steps(equal_steps(old_rows, new_rows), &likeness);
    let mut rows = vec![(Fate::Same, cells(Some(old_head), Some(new_head)))];
    rows.extend(steps.into_iter().map(|step| match step {
        Step::Gone(at) => (Fate::Gone, cells(Some(&old_rows[at]), None)),
        Step::New(at) => (Fate::New, cells(None, Some(&new_rows[at]))),
        Step::Both(i, j) => (Fate::Same, cells(Some(&old_rows[i]), Some(&new_rows[j]))),
    }));
    Table {
        align: align
            .map(|align| align.copied().unwrap_or_default())
            .collect(),
        rows,
    }
}

fn head<'r>(
    (head, rows): (&'r Vec<Vec<Inline>>, &'r [Vec<Vec<Inline>>]),
) -> (&'r [Vec<Inline>], &'r [Vec<Vec<Inline>>]) {
    (head, rows)
}

/// Columns are known by their headings; where those changed, by their places.
fn columns(older: &[Vec<Inline>], newer: &[Vec<Inline>]) -> Vec<Step> {
    alike_steps(equal_steps(older, newer), &|_, _| 1_000)
}

fn row_bag(row: &[Vec<Inline>]) -> Bag {
    let cells = row.iter().map(|cell| Block::Paragraph(cell.clone()));
    bag_of(&cells.collect::<Vec<_>>())
}

fn cell(column: Step, old: Option<&[Vec<Inline>]>, new: Option<&[Vec<Inline>]>) -> Vec<Run> {
    let of = |row: Option<&[Vec<Inline>]>, at: usize| row.and_then(|row| row.get(at)).cloned();
    let (old, new) = match column {
        Step::Gone(at) => (of(old, at), None),
        Step::New(at) => (None, of(new, at)),
        Step::Both(i, j) => (of(old, i), of(new, j)),
    };
    match (old, new) {
        (Some(old), Some(new)) if old == new => line::whole(&new, Fate::Same),
        (Some(old), Some(new)) => line::runs(&old, &new),
        (Some(old), None) => line::whole(&old, Fate::Gone),
        (None, Some(new)) => line::whole(&new, Fate::New),
        (None, None) => Vec::new(),
    }
}

fn code(older: &str, newer: &str) -> Vec<(Fate, String)> {
    let (older, newer) = (
        older.tokenize_unicode_words(),
        newer.tokenize_unicode_words(),
    );
    let mut out: Vec<(Fate, String)> = Vec::new();
    for step in equal_steps(&older, &newer) {
        let (fate, word) = match step {
            Step::Both(_, at) => (Fate::Same, newer[at]),
            Step::Gone(at) => (Fate::Gone, older[at]),
            Step::New(at) => (Fate::New, newer[at]),
        };
        match out.last_mut().filter(|(last, _)| *last == fate) {
            Some((_, text)) => text.push_str(word),
            None => out.push((fate, word.to_owned())),
        }
    }
    out
}

impl Piece<'_> {
    /// Whether anything in it was added or removed; spacing and alignment are none of it.
    pub(super) fn is_changed(&self) -> bool {
        let run = |run: &Run| run.fate != Fate::Same;
        match self {
            Self::Whole(fate, _) => *fate != Fate::Same,
            Self::Line(_, runs) => runs.iter().any(run),
            Self::List { items, .. } => items.iter().any(|item| match item {
                ItemPiece::Whole(fate, _) => *fate != Fate::Same,
                ItemPiece::Changed { inside, .. } => inside.iter().any(Self::is_changed),
            }),
            Self::Table(table) => {
                let row = |(fate, cells): &(Fate, Vec<Vec<Run>>)| {
                    *fate != Fate::Same || cells.iter().flatten().any(run)
                };
                table.rows.iter().any(row)
            }
            Self::Code(runs) => runs.iter().any(|(fate, _)| *fate != Fate::Same),
            Self::Holder(_, inside) => inside.iter().any(Self::is_changed),
        }
    }

    /// Adds its words to those that were added and removed.
    pub(super) fn count(&self, amount: &mut Amount) {
        match self {
            Self::Whole(fate, block) => add(amount, *fate, words_in(std::slice::from_ref(block))),
            Self::Line(_, runs) => count_runs(runs, amount),
            Self::List { items, .. } => {
                for item in items {
                    match item {
                        ItemPiece::Whole(fate, item) => {
                            add(amount, *fate, words_in(&item.content));
                        }
                        ItemPiece::Changed { inside, .. } => {
                            inside.iter().for_each(|piece| piece.count(amount));
                        }
                    }
                }
            }
            Self::Table(table) => {
                let cells = table.rows.iter().flat_map(|(_, cells)| cells);
                cells.for_each(|runs| count_runs(runs, amount));
            }
            Self::Code(runs) => {
                for (fate, text) in runs {
                    add(amount, *fate, count_words(text));
                }
            }
            Self::Holder(_, inside) => inside.iter().for_each(|piece| piece.count(amount)),
        }
    }
}

fn count_runs(runs: &[Run], amount: &mut Amount) {
    for run in runs.iter().filter(|run| run.fate != Fate::Same) {
        let words = words_in(&[Block::Paragraph(run.line.clone())]);
        add(amount, run.fate, words);
    }
}

fn add(amount: &mut Amount, fate: Fate, words: usize) {
    match fate {
        Fate::Same => {}
        Fate::Gone => amount.removed += words,
        Fate::New => amount.added += words,
    }
}
