//! Normalises trees that Markdown writes the same way.

use std::collections::BTreeSet;

use super::depth::limit_depth;
use super::inline::{
    formula, image_or_words, mention, normalise_line, safe_link, trim_after_box, wiki_link,
};
use super::text::{clean, clean_code};
use super::tightness::normalise_tightness;
use super::{Align, Block, Inline, Item, ListKind};
use crate::schema::Schema;

/// Normalises a section to the form that survives a Markdown round trip.
///
/// Nesting is limited to the schema's depth. Empty paragraphs are removed unless a container would
/// be empty. Lists are as tight as their items allow. Table rows have equal length. Footnotes move
/// to the top level, after the block that contained them; a duplicate label is dropped, and a
/// reference without a definition becomes text. Spaces at the edges of lines and marks are moved or
/// removed.
pub(crate) fn normalise(blocks: Vec<Block>) -> Vec<Block> {
    let labels = footnote_labels(&blocks);
    normalise_part(blocks, labels)
}

/// Returns the labels of defined footnotes, for [`normalise_part`].
pub(crate) fn footnote_labels(blocks: &[Block]) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    collect_labels(blocks, &mut labels);
    labels
}

/// Normalises a part of a section in which these footnotes are defined.
pub(crate) fn normalise_part(blocks: Vec<Block>, labels: BTreeSet<String>) -> Vec<Block> {
    let blocks = limit_depth(blocks, 1, Schema::current().max_depth());
    let mut state = Normaliser {
        labels,
        defined: BTreeSet::new(),
        footnotes: Vec::new(),
    };
    let mut out = Vec::new();
    for block in blocks {
        state.block(block, &mut out);
        while !state.footnotes.is_empty() {
            for (label, content) in std::mem::take(&mut state.footnotes) {
                let content = state.filled(content);
                out.push(Block::Footnote { label, content });
            }
        }
    }
    out.retain(|block| !block.is_empty_paragraph());
    out
}

/// Returns a label that can be written: without brackets, spaces and escapes.
fn clean_label(label: &str) -> String {
    clean(label)
        .chars()
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '[' | ']' | '\\' | '^' | '`' | '<' | '|' | '&')
        })
        .take(100)
        .collect()
}

/// Labels that differ only in case are equal.
fn folded(label: &str) -> String {
    label.to_lowercase()
}

fn collect_labels(blocks: &[Block], labels: &mut BTreeSet<String>) {
    for block in blocks {
        match block {
            Block::Footnote { label, content } => {
                labels.insert(folded(&clean_label(label)));
                collect_labels(content, labels);
            }
            Block::Quote(content) | Block::Alert { content, .. } => collect_labels(content, labels),
            Block::List { items, .. } => {
                items
                    .iter()
                    .for_each(|item| collect_labels(&item.content, labels));
            }
            _ => {}
        }
    }
    labels.remove("");
}

struct Normaliser {
    labels: BTreeSet<String>,
    defined: BTreeSet<String>,
    footnotes: Vec<(String, Vec<Block>)>,
}

impl Normaliser {
    fn block(&mut self, block: Block, out: &mut Vec<Block>) {
        match block {
            Block::Paragraph(content) => out.push(Block::Paragraph(self.line(content))),
            Block::Heading { level, content } => out.push(Block::Heading {
                level: level.clamp(3, 5),
                content: self.line(content),
            }),
            Block::List { kind, tight, items } => self.list(kind, tight, items, out),
            Block::Table { align, rows } => {
                let rows: Vec<Vec<_>> = rows
                    .into_iter()
                    .map(|row| row.into_iter().map(|cell| self.line(cell)).collect())
                    .collect();
                out.extend(table(align, rows));
            }
            Block::Code { language, text } => out.push(Block::Code {
                language: language.and_then(|info| first_word(&info)),
                text: clean_code(&text),
            }),
            Block::Quote(content) => out.push(Block::Quote(self.filled(content))),
            Block::Alert { kind, content } => {
                let content = self.filled(content);
                out.push(Block::Alert { kind, content });
            }
            Block::Rule => out.push(Block::Rule),
            Block::Footnote { label, content } => {
                let label = clean_label(&label);
                if label.is_empty() || !self.defined.insert(folded(&label)) {
                    content.into_iter().for_each(|block| self.block(block, out));
                } else {
                    self.footnotes.push((label, content));
                }
            }
        }
    }

    /// Returns the content of a container, with an empty paragraph if it has none.
    fn filled(&mut self, content: Vec<Block>) -> Vec<Block> {
        let mut out = Vec::new();
        content
            .into_iter()
            .for_each(|block| self.block(block, &mut out));
        out.retain(|block| !block.is_empty_paragraph());
        if out.is_empty() {
            out.push(Block::Paragraph(Vec::new()));
        }
        out
    }

    fn list(&mut self, kind: ListKind, tight: bool, items: Vec<Item>, out: &mut Vec<Block>) {
        let items: Vec<_> = items
            .into_iter()
            .map(|item| self.item(kind, item))
            .collect();
        if items.is_empty() {
            return;
        }
        let kind = match kind {
            ListKind::Ordered(start) => ListKind::Ordered(start.min(999_999_999)),
            other => other,
        };
        let tight = normalise_tightness(kind, tight, &items);
        out.push(Block::List { kind, tight, items });
    }

    fn item(&mut self, kind: ListKind, item: Item) -> Item {
        let mut content = self.filled(item.content);
        let task = kind == ListKind::Task;
        // A check box precedes text, so an item that begins with another block gets an empty line.
        if task && !matches!(content[0], Block::Paragraph(_)) {
            content.insert(0, Block::Paragraph(Vec::new()));
        }
        if let (true, Some(Block::Paragraph(line))) = (task, content.first_mut()) {
            *line = trim_after_box(std::mem::take(line));
        }
        Item {
            checked: task && item.checked,
            content,
        }
    }

    fn line(&self, line: Vec<Inline>) -> Vec<Inline> {
        normalise_line(
            line.into_iter()
                .flat_map(|inline| self.inline(inline))
                .collect(),
        )
    }

    fn inline(&self, inline: Inline) -> Option<Inline> {
        match inline {
            Inline::Text { text, mut marks } => {
                marks.link = marks.link.and_then(safe_link);
                let text = clean(&text);
                (!text.is_empty()).then_some(Inline::Text { text, marks })
            }
            Inline::Break => Some(Inline::Break),
            Inline::Image(image) => image_or_words(image),
            Inline::FootnoteReference(label) => {
                let label = clean_label(&label);
                if self.labels.contains(&folded(&label)) {
                    Some(Inline::FootnoteReference(label))
                } else {
                    Some(Inline::plain(format!("[^{label}]")))
                }
            }
            Inline::WikiLink { title, label } => wiki_link(&title, label),
            Inline::Mention { person, name } => mention(&person, &name),
            Inline::Math { latex, display } => formula(&latex, display),
        }
    }
}

/// Maximum number of columns that rows below the header can add; longer rows are truncated.
const MOST_COLUMNS: usize = 100;

/// Makes rows equally long. A row longer than the header widens it: two people may have changed
/// rows and columns concurrently, and no text may be lost.
fn table(mut align: Vec<Align>, mut rows: Vec<Vec<Vec<Inline>>>) -> Option<Block> {
    let header = rows.first()?.len();
    if header == 0 {
        return None;
    }
    let written = |row: &Vec<Vec<Inline>>| row.iter().rposition(|cell| !cell.is_empty());
    let longest = rows.iter().filter_map(written).max().unwrap_or(0) + 1;
    let width = longest.min(MOST_COLUMNS).max(header);
    align.resize(width, Align::default());
    for row in &mut rows {
        row.resize(width, Vec::new());
    }
    Some(Block::Table { align, rows })
}

fn first_word(info: &str) -> Option<String> {
    clean(info).split_whitespace().next().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::super::{Link, Marks};
    use super::*;

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(vec![Inline::plain(text)])
    }

    fn item(content: Vec<Block>) -> Item {
        Item {
            checked: false,
            content,
        }
    }

    #[test]
    fn white_space_moves_out_of_marks_and_edges() {
        let bold = Marks {
            bold: true,
            ..Marks::default()
        };
        let line = vec![
            Inline::plain("a"),
            Inline::Text {
                text: " b ".into(),
                marks: bold.clone(),
            },
            Inline::Break,
        ];
        let expected = vec![
            Inline::plain("a "),
            Inline::Text {
                text: "b".into(),
                marks: bold,
            },
        ];
        assert_eq!(
            normalise(vec![Block::Paragraph(line)]),
            vec![Block::Paragraph(expected)]
        );
    }

    #[test]
    fn a_list_is_as_tight_as_it_can_be_written() {
        let list = |tight, items| Block::List {
            kind: ListKind::Bullet,
            tight,
            items,
        };
        let single = vec![item(vec![paragraph("a")])];
        assert_eq!(
            normalise(vec![list(false, single.clone())]),
            vec![list(true, single)]
        );
        let two = vec![item(vec![paragraph("a"), paragraph("b")])];
        assert_eq!(
            normalise(vec![list(true, two.clone())]),
            vec![list(false, two)]
        );
    }

    #[test]
    fn footnotes_move_to_the_top_level_and_references_need_them() {
        let nested = Block::Quote(vec![Block::Footnote {
            label: "a".into(),
            content: vec![],
        }]);
        let references = Block::Paragraph(vec![
            Inline::FootnoteReference("A".into()),
            Inline::FootnoteReference("b".into()),
        ]);
        let expected = vec![
            Block::Quote(vec![Block::Paragraph(vec![])]),
            Block::Footnote {
                label: "a".into(),
                content: vec![Block::Paragraph(vec![])],
            },
            Block::Paragraph(vec![
                Inline::FootnoteReference("A".into()),
                Inline::plain("[^b]"),
            ]),
        ];
        assert_eq!(normalise(vec![nested, references]), expected);
    }

    #[test]
    fn a_long_row_keeps_its_words() {
        let cell = |text: &str| vec![Inline::plain(text)];
        let table = |rows| Block::Table {
            align: vec![Align::None; 2],
            rows,
        };
        let ragged = table(vec![
            vec![cell("a")],
            vec![cell("b"), cell("c"), vec![]],
            vec![],
        ]);
        let square = table(vec![
            vec![cell("a"), vec![]],
            vec![cell("b"), cell("c")],
            vec![vec![], vec![]],
        ]);
        assert_eq!(normalise(vec![ragged]), vec![square]);
    }

    #[test]
    fn links_with_unsafe_urls_keep_their_text() {
        let link = Marks {
            link: Some(Link {
                href: "javascript:x".into(),
                title: None,
            }),
            ..Marks::default()
        };
        let line = vec![Inline::Text {
            text: "a".into(),
            marks: link,
        }];
        assert_eq!(
            normalise(vec![Block::Paragraph(line)]),
            vec![paragraph("a")]
        );
    }
}
