//! Converts a tree to Markdown and verifies it by parsing it again.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::Event;
use pulldown_cmark_to_cmark::{Options, cmark_with_options};

use lectern_pool::checkpoint;

use super::dialect::escape_markdown;
use super::{Dialect, events, extensions, parse};
use crate::tree::{Block, Inline, normalise_part, plain_text};

/// Writes a normalised tree as Markdown, without a trailing newline.
///
/// The result parses to the same tree. If no exact form is found, a block keeps as much structure
/// as can be expressed, and always its words.
pub(crate) fn write(blocks: &[Block]) -> String {
    let chunks: Vec<_> = blocks
        .chunk_by(|a, b| is_list(a) && is_list(b))
        .map(chunk)
        .collect();
    chunks.join("\n\n")
}

fn is_list(block: &Block) -> bool {
    matches!(block, Block::List { .. })
}

/// Adjacent lists differ only by their bullets, so they are written together.
fn chunk(blocks: &[Block]) -> String {
    let labels = footnote_labels_used(blocks);
    let exact = write_exactly(blocks, &labels, 0..Dialect::LEVELS - 1);
    exact.unwrap_or_else(|| {
        // A list that cannot be tight is written loose; then marks are dropped, then structure.
        let loose = normalise_part(loosened(blocks), labels.iter().cloned().collect());
        write_exactly(&loose, &labels, 0..Dialect::LEVELS)
            .or_else(|| write_exactly(blocks, &labels, Dialect::LEVELS - 1..Dialect::LEVELS))
            .unwrap_or_else(|| words(blocks))
    })
}

/// Tries levels until one round-trips; the last only has to preserve the words.
fn write_exactly(blocks: &[Block], labels: &[String], levels: Range<usize>) -> Option<String> {
    let scheme = unused_scheme(blocks);
    for level in levels {
        checkpoint();
        let mut dialect = Dialect::archive(level, &scheme);
        let events = events(blocks, &mut dialect);
        let Some(markdown) = to_markdown(&events) else {
            continue;
        };
        let markdown = dialect.restore(&markdown);
        let tidy = tidy_quote(&markdown);
        if tidy != markdown && read_again(&tidy, labels) == blocks {
            return Some(tidy);
        }
        let read = read_again(&markdown, labels);
        let same = if dialect.marks {
            read == blocks
        } else {
            plain_text(&read) == plain_text(blocks)
        };
        if same {
            return Some(markdown);
        }
    }
    None
}

/// Formats a quote the way people write it: the writer indents the markers and begins with an empty
/// line.
fn tidy_quote(markdown: &str) -> String {
    if !markdown.lines().all(|line| line.starts_with(" >")) {
        return markdown.to_owned();
    }
    let lines = markdown.lines().map(|line| match line.trim() {
        ">" => ">",
        _ => &line[1..],
    });
    let lines: Vec<_> = lines.collect();
    let begun = lines.iter().position(|line| *line != ">").unwrap_or(0);
    lines[begun..].join("\n")
}

/// Returns the tree with every list loose.
pub(super) fn loosened(blocks: &[Block]) -> Vec<Block> {
    let mut blocks = blocks.to_vec();
    blocks.iter_mut().for_each(loosen);
    blocks
}

fn loosen(block: &mut Block) {
    match block {
        Block::List { tight, items, .. } => {
            *tight = false;
            for item in items {
                item.content.iter_mut().for_each(loosen);
            }
        }
        Block::Quote(content) | Block::Alert { content, .. } | Block::Footnote { content, .. } => {
            content.iter_mut().for_each(loosen);
        }
        _ => {}
    }
}

/// Fallback: one paragraph per line of text.
fn words(blocks: &[Block]) -> String {
    let words = plain_text(blocks);
    let lines: Vec<_> = words
        .lines()
        .map(|line| escape_markdown(line.trim()))
        .collect();
    lines.join("\n\n")
}

fn to_markdown(events: &[Event<'static>]) -> Option<String> {
    let options = Options {
        code_block_token_count: 3,
        list_token: '-',
        increment_ordered_list_bullets: true,
        ..Options::default()
    };
    let mut out = String::new();
    cmark_with_options(events.iter(), &mut out, extensions(), options).ok()?;
    Some(out.trim_matches('\n').to_owned())
}

/// Returns a URL scheme for placeholders that does not occur in the text.
fn unused_scheme(blocks: &[Block]) -> String {
    let text = format!("{blocks:?}").to_ascii_lowercase();
    free_scheme(&text)
}

/// Begins the URL scheme of placeholders; a number follows.
const SCHEME: &str = "lectern";
/// Digits of a number that are looked at: no text holds more schemes than they can count.
const MOST_DIGITS: usize = 9;

fn free_scheme(text: &str) -> String {
    let mut taken = HashSet::new();
    for (at, _) in text.match_indices(SCHEME) {
        let digits = text[at + SCHEME.len()..].bytes();
        let mut number = 0;
        // `lectern12` holds `lectern1` as well.
        for digit in digits.take_while(u8::is_ascii_digit).take(MOST_DIGITS) {
            number = number * 10 + u64::from(digit - b'0');
            taken.insert(number);
        }
    }
    let free = (0..).find(|number| !taken.contains(number));
    format!("{SCHEME}{}", free.unwrap_or_default())
}

/// Returns labels of footnotes used here and defined elsewhere in the section.
fn footnote_labels_used(blocks: &[Block]) -> Vec<String> {
    let mut used = Vec::new();
    let mut defined = Vec::new();
    labels(blocks, &mut used, &mut defined);
    used.retain(|label| !defined.contains(label));
    used.sort();
    used.dedup();
    used
}

fn labels(blocks: &[Block], used: &mut Vec<String>, defined: &mut Vec<String>) {
    let mut line = |content: &[Inline]| {
        used.extend(content.iter().filter_map(|inline| match inline {
            Inline::FootnoteReference(label) => Some(label.to_lowercase()),
            _ => None,
        }));
    };
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Heading { content, .. } => line(content),
            Block::Table { rows, .. } => rows.iter().flatten().for_each(|cell| line(cell)),
            _ => {}
        }
    }
    for block in blocks {
        match block {
            Block::List { items, .. } => {
                for item in items {
                    labels(&item.content, used, defined);
                }
            }
            Block::Quote(content) | Block::Alert { content, .. } => labels(content, used, defined),
            Block::Footnote { label, content } => {
                defined.push(label.to_lowercase());
                labels(content, used, defined);
            }
            _ => {}
        }
    }
}

/// Parses with definitions for these footnotes added, and removes them again.
fn read_again(markdown: &str, labels: &[String]) -> Vec<Block> {
    if labels.is_empty() {
        return parse(markdown);
    }
    let definitions: Vec<_> = labels
        .iter()
        .map(|label| format!("[^{label}]: -"))
        .collect();
    let mut blocks = parse(&format!("{markdown}\n\n{}\n", definitions.join("\n\n")));
    blocks.truncate(blocks.len().saturating_sub(labels.len()));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_placeholders_occurs_nowhere_in_the_text() {
        for (text, scheme) in [
            ("", "lectern0"),
            ("lectern", "lectern0"),
            ("lectern0: lectern12", "lectern2"),
            ("lectern007 lectern1", "lectern2"),
            ("lectern00000000000000001", "lectern1"),
        ] {
            assert_eq!(free_scheme(text), scheme, "{text}");
            assert!(!text.contains(scheme), "{text}");
        }
    }
}
