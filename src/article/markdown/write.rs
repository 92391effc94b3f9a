//! Tree to Markdown, checked by reading it again.

use pulldown_cmark::Event;
use pulldown_cmark_to_cmark::{Options, cmark_with_options};

use super::spelling::escaped;
use super::{Spelling, events, extensions, parse};
use crate::article::tree::{Block, Inline, plain_text};

/// Writes a normalised tree as Markdown, without a line break at the end.
///
/// What is written reads back as the same tree. A block for which no spelling is found loses its
/// marks, and in the last resort its form, but never its words.
pub(in crate::article) fn write(blocks: &[Block]) -> String {
    let chunks: Vec<_> = blocks
        .chunk_by(|a, b| is_list(a) && is_list(b))
        .map(chunk)
        .collect();
    chunks.join("\n\n")
}

fn is_list(block: &Block) -> bool {
    matches!(block, Block::List { .. })
}

/// Lists side by side are told apart by their bullets, so they are written together.
fn chunk(blocks: &[Block]) -> String {
    let scheme = unused_scheme(blocks);
    let stubs = footnote_stubs(blocks);
    for way in 0..Spelling::WAYS {
        let mut spelling = Spelling::archive(way, &scheme);
        let events = events(blocks, &mut spelling);
        let Some(markdown) = to_markdown(&events) else {
            continue;
        };
        let markdown = spelling.restore(&markdown);
        let read = read_again(&markdown, &stubs);
        let same = if spelling.marks {
            read == blocks
        } else {
            plain_text(&read) == plain_text(blocks)
        };
        if same {
            return markdown;
        }
    }
    let words = plain_text(blocks);
    let lines: Vec<_> = words.lines().map(|line| escaped(line.trim())).collect();
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

/// A scheme for stand-ins that the text does not use.
fn unused_scheme(blocks: &[Block]) -> String {
    let text = format!("{blocks:?}").to_ascii_lowercase();
    let mut number = 0;
    loop {
        let scheme = format!("lectern{number}");
        if !text.contains(&scheme) {
            return scheme;
        }
        number += 1;
    }
}

/// Definitions of the footnotes that are defined elsewhere in the section, for reading alone.
fn footnote_stubs(blocks: &[Block]) -> Vec<String> {
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

fn read_again(markdown: &str, stubs: &[String]) -> Vec<Block> {
    if stubs.is_empty() {
        return parse(markdown);
    }
    let definitions: Vec<_> = stubs.iter().map(|label| format!("[^{label}]: -")).collect();
    let mut blocks = parse(&format!("{markdown}\n\n{}\n", definitions.join("\n\n")));
    blocks.truncate(blocks.len().saturating_sub(stubs.len()));
    blocks
}
