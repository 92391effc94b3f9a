//! Merges two trees into one, with every block, item, row and word marked as kept, removed or
//! added.

use super::change::Change;
use super::line_diff::{self, DiffRun};
use super::sequence::{Pairing, WordBag, match_equal, match_similar};
use super::{DiffStats, count_words, words_in};
use crate::tree::{AlertKind, Align, Block, Inline, Item, ListKind, plain_text};
use similar::DiffableStr;

/// A block of the merged text.
#[derive(Debug)]
pub(super) enum DiffBlock<'b> {
    /// A block that is entirely unchanged, removed or added.
    Whole(Change, &'b Block),
    /// A paragraph, or a heading of this level.
    Line(Option<u8>, Vec<DiffRun>),
    List {
        kind: ListKind,
        tight: bool,
        items: Vec<DiffItem<'b>>,
    },
    Table(DiffTable),
    /// Runs of its text.
    Code(Vec<(Change, String)>),
    Container(Container<'b>, Vec<DiffBlock<'b>>),
}

/// A block that contains others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Container<'b> {
    Quote,
    Alert(AlertKind),
    Footnote(&'b str),
}

/// An item of a merged list.
#[derive(Debug)]
pub(super) enum DiffItem<'b> {
    Whole(Change, &'b Item),
    Changed {
        checked: bool,
        inside: Vec<DiffBlock<'b>>,
    },
}

/// A merged table: the cells of each row, the header first.
#[derive(Debug)]
pub(super) struct DiffTable {
    pub(super) align: Vec<Align>,
    pub(super) rows: Vec<(Change, Vec<Vec<DiffRun>>)>,
}

/// Merges the blocks of two texts.
pub(super) fn blocks<'b>(older: &'b [Block], newer: &'b [Block]) -> Vec<DiffBlock<'b>> {
    let bag = |block: &Block| bag_of(std::slice::from_ref(block));
    let (old_bags, new_bags) = (lazy_bags(older, &bag), lazy_bags(newer, &bag));
    let similarity = |i: usize, j: usize| match fits(&older[i], &newer[j]) {
        Fit::Not => 0,
        Fit::Sure => 1_000,
        Fit::Maybe => old_bags.get(i).similarity(new_bags.get(j)),
    };
    let pairings = match_similar(match_equal(older, newer), &similarity);
    let block = |pairing| match pairing {
        Pairing::Removed(at) => DiffBlock::Whole(Change::Removed, &older[at]),
        Pairing::Added(at) => DiffBlock::Whole(Change::Added, &newer[at]),
        Pairing::Both(i, j) if older[i] == newer[j] => {
            DiffBlock::Whole(Change::Unchanged, &newer[j])
        }
        Pairing::Both(i, j) => changed(&older[i], &newer[j]),
    };
    pairings.into_iter().map(block).collect()
}

/// Bags of words, computed on first use.
struct LazyBags<'t, T> {
    of: &'t [T],
    bag: &'t dyn Fn(&T) -> WordBag,
    made: Vec<std::cell::OnceCell<WordBag>>,
}

fn lazy_bags<'t, T>(of: &'t [T], bag: &'t dyn Fn(&T) -> WordBag) -> LazyBags<'t, T> {
    let made = vec![std::cell::OnceCell::new(); of.len()];
    LazyBags { of, bag, made }
}

impl<T> LazyBags<'_, T> {
    fn get(&self, at: usize) -> &WordBag {
        self.made[at].get_or_init(|| (self.bag)(&self.of[at]))
    }
}

fn bag_of(blocks: &[Block]) -> WordBag {
    words_bag(&plain_text(blocks))
}

fn words_bag(text: &str) -> WordBag {
    let words = text.tokenize_unicode_words();
    WordBag::of(words.into_iter().filter(|word| !word.trim().is_empty()))
}

/// Whether one block can be an edited version of another.
enum Fit {
    Not,
    /// If their words are similar.
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

/// Merges two compatible blocks; otherwise the newer one counts as added.
fn changed<'b>(older: &'b Block, newer: &'b Block) -> DiffBlock<'b> {
    match (older, newer) {
        (Block::Paragraph(a), Block::Paragraph(b)) => {
            DiffBlock::Line(None, line_diff::diff_line(a, b))
        }
        (Block::Heading { content: a, .. }, Block::Heading { level, content: b }) => {
            DiffBlock::Line(Some(*level), line_diff::diff_line(a, b))
        }
        (Block::List { items: a, .. }, Block::List { kind, tight, items }) => DiffBlock::List {
            kind: *kind,
            tight: *tight,
            items: items_of(a, items),
        },
        (Block::Table { align: a, rows: b }, Block::Table { align, rows }) => {
            DiffBlock::Table(table((a, b), (align, rows)))
        }
        (Block::Code { text: a, .. }, Block::Code { text: b, .. }) => DiffBlock::Code(code(a, b)),
        (Block::Quote(a), Block::Quote(b)) => DiffBlock::Container(Container::Quote, blocks(a, b)),
        (Block::Alert { content: a, .. }, Block::Alert { kind, content }) => {
            DiffBlock::Container(Container::Alert(*kind), blocks(a, content))
        }
        (Block::Footnote { content: a, .. }, Block::Footnote { label, content }) => {
            DiffBlock::Container(Container::Footnote(label), blocks(a, content))
        }
        (_, newer) => DiffBlock::Whole(Change::Added, newer),
    }
}

fn items_of<'b>(older: &'b [Item], newer: &'b [Item]) -> Vec<DiffItem<'b>> {
    let bag = |item: &Item| bag_of(&item.content);
    let (old_bags, new_bags) = (lazy_bags(older, &bag), lazy_bags(newer, &bag));
    let similarity = |i: usize, j: usize| match older[i].checked == newer[j].checked {
        true => old_bags.get(i).similarity(new_bags.get(j)),
        false => 0,
    };
    let pairings = match_similar(match_equal(older, newer), &similarity);
    let item = |pairing| match pairing {
        Pairing::Removed(at) => DiffItem::Whole(Change::Removed, &older[at]),
        Pairing::Added(at) => DiffItem::Whole(Change::Added, &newer[at]),
        Pairing::Both(i, j) if older[i] == newer[j] => {
            DiffItem::Whole(Change::Unchanged, &newer[j])
        }
        Pairing::Both(i, j) => DiffItem::Changed {
            checked: newer[j].checked,
            inside: blocks(&older[i].content, &newer[j].content),
        },
    };
    pairings.into_iter().map(item).collect()
}

/// The columns and rows of a table.
type Grid<'b> = (&'b [Align], &'b [Vec<Vec<Inline>>]);

fn table(older: Grid<'_>, newer: Grid<'_>) -> DiffTable {
    let (old_head, old_rows) = older.1.split_first().map_or((&[][..], older.1), head);
    let (new_head, new_rows) = newer.1.split_first().map_or((&[][..], newer.1), head);
    let columns = columns(old_head, new_head);
    let align = columns.iter().map(|column| match column {
        Pairing::Removed(at) => older.0.get(*at),
        Pairing::Added(at) | Pairing::Both(_, at) => newer.0.get(*at),
    });
    let cells = |old: Option<&[Vec<Inline>]>, new: Option<&[Vec<Inline>]>| {
        let merged = columns.iter().map(|column| cell(*column, old, new));
        merged.collect::<Vec<_>>()
    };
    let bag = |row: &Vec<Vec<Inline>>| row_bag(row);
    let (old_bags, new_bags) = (lazy_bags(old_rows, &bag), lazy_bags(new_rows, &bag));
    let similarity = |i: usize, j: usize| old_bags.get(i).similarity(new_bags.get(j));
    let pairings = match_similar(match_equal(old_rows, new_rows), &similarity);
    let mut rows = vec![(Change::Unchanged, cells(Some(old_head), Some(new_head)))];
    rows.extend(pairings.into_iter().map(|pairing| match pairing {
        Pairing::Removed(at) => (Change::Removed, cells(Some(&old_rows[at]), None)),
        Pairing::Added(at) => (Change::Added, cells(None, Some(&new_rows[at]))),
        Pairing::Both(i, j) => (
            Change::Unchanged,
            cells(Some(&old_rows[i]), Some(&new_rows[j])),
        ),
    }));
    DiffTable {
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

/// Matches columns by heading; where headings changed, by position.
fn columns(older: &[Vec<Inline>], newer: &[Vec<Inline>]) -> Vec<Pairing> {
    match_similar(match_equal(older, newer), &|_, _| 1_000)
}

fn row_bag(row: &[Vec<Inline>]) -> WordBag {
    let cells = row.iter().map(|cell| Block::Paragraph(cell.clone()));
    bag_of(&cells.collect::<Vec<_>>())
}

fn cell(column: Pairing, old: Option<&[Vec<Inline>]>, new: Option<&[Vec<Inline>]>) -> Vec<DiffRun> {
    let of = |row: Option<&[Vec<Inline>]>, at: usize| row.and_then(|row| row.get(at)).cloned();
    let (old, new) = match column {
        Pairing::Removed(at) => (of(old, at), None),
        Pairing::Added(at) => (None, of(new, at)),
        Pairing::Both(i, j) => (of(old, i), of(new, j)),
    };
    match (old, new) {
        (Some(old), Some(new)) if old == new => line_diff::whole_line(&new, Change::Unchanged),
        (Some(old), Some(new)) => line_diff::diff_line(&old, &new),
        (Some(old), None) => line_diff::whole_line(&old, Change::Removed),
        (None, Some(new)) => line_diff::whole_line(&new, Change::Added),
        (None, None) => Vec::new(),
    }
}

fn code(older: &str, newer: &str) -> Vec<(Change, String)> {
    let (older, newer) = (
        older.tokenize_unicode_words(),
        newer.tokenize_unicode_words(),
    );
    let mut out: Vec<(Change, String)> = Vec::new();
    for pairing in match_equal(&older, &newer) {
        let (change, word) = match pairing {
            Pairing::Both(_, at) => (Change::Unchanged, newer[at]),
            Pairing::Removed(at) => (Change::Removed, older[at]),
            Pairing::Added(at) => (Change::Added, newer[at]),
        };
        match out.last_mut().filter(|(last, _)| *last == change) {
            Some((_, text)) => text.push_str(word),
            None => out.push((change, word.to_owned())),
        }
    }
    out
}

impl DiffBlock<'_> {
    /// Tells whether anything in it was added or removed, ignoring spacing and alignment.
    pub(super) fn is_changed(&self) -> bool {
        let run = |run: &DiffRun| run.change != Change::Unchanged;
        match self {
            Self::Whole(change, _) => *change != Change::Unchanged,
            Self::Line(_, runs) => runs.iter().any(run),
            Self::List { items, .. } => items.iter().any(|item| match item {
                DiffItem::Whole(change, _) => *change != Change::Unchanged,
                DiffItem::Changed { inside, .. } => inside.iter().any(Self::is_changed),
            }),
            Self::Table(table) => {
                let row = |(change, cells): &(Change, Vec<Vec<DiffRun>>)| {
                    *change != Change::Unchanged || cells.iter().flatten().any(run)
                };
                table.rows.iter().any(row)
            }
            Self::Code(runs) => runs.iter().any(|(change, _)| *change != Change::Unchanged),
            Self::Container(_, inside) => inside.iter().any(Self::is_changed),
        }
    }

    /// Adds its words to the counts of added and removed words.
    pub(super) fn count(&self, stats: &mut DiffStats) {
        match self {
            Self::Whole(change, block) => {
                add(stats, *change, words_in(std::slice::from_ref(block)))
            }
            Self::Line(_, runs) => count_runs(runs, stats),
            Self::List { items, .. } => {
                for item in items {
                    match item {
                        DiffItem::Whole(change, item) => {
                            add(stats, *change, words_in(&item.content));
                        }
                        DiffItem::Changed { inside, .. } => {
                            inside.iter().for_each(|block| block.count(stats));
                        }
                    }
                }
            }
            Self::Table(table) => {
                let cells = table.rows.iter().flat_map(|(_, cells)| cells);
                cells.for_each(|runs| count_runs(runs, stats));
            }
            Self::Code(runs) => {
                for (change, text) in runs {
                    add(stats, *change, count_words(text));
                }
            }
            Self::Container(_, inside) => inside.iter().for_each(|block| block.count(stats)),
        }
    }
}

fn count_runs(runs: &[DiffRun], stats: &mut DiffStats) {
    for run in runs.iter().filter(|run| run.change != Change::Unchanged) {
        let words = words_in(&[Block::Paragraph(run.line.clone())]);
        add(stats, run.change, words);
    }
}

fn add(stats: &mut DiffStats, change: Change, words: usize) {
    match change {
        Change::Unchanged => {}
        Change::Removed => stats.removed += words,
        Change::Added => stats.added += words,
    }
}
