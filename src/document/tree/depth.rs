//! How deep blocks may nest.

use super::{Block, Item};

/// Lifts what stands deeper than `max` into the deepest container that may be; `depth` is where the
/// blocks stand, 1 directly in the section.
///
/// It calls itself as deep as the tree goes, so trees must be built with an end.
pub(super) fn limited(blocks: Vec<Block>, depth: usize, max: usize) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let inside = |content, levels| limited(content, depth + levels, max);
        match block {
            Block::Quote(content) if depth < max => out.push(Block::Quote(inside(content, 1))),
            Block::Alert { kind, content } if depth < max => {
                let content = inside(content, 1);
                out.push(Block::Alert { kind, content });
            }
            Block::Footnote { label, content } if depth < max => {
                let content = inside(content, 1);
                out.push(Block::Footnote { label, content });
            }
            Block::List { kind, tight, items } if depth + 2 <= max => {
                let items = items.into_iter().map(|item| Item {
                    checked: item.checked,
                    content: inside(item.content, 2),
                });
                let items = items.collect();
                out.push(Block::List { kind, tight, items });
            }
            Block::Quote(content)
            | Block::Alert { content, .. }
            | Block::Footnote { content, .. } => out.extend(inside(content, 0)),
            Block::List { items, .. } => {
                for item in items {
                    out.extend(inside(item.content, 0));
                }
            }
            Block::Table { rows, .. } if depth + 3 > max => {
                out.extend(rows.into_iter().flatten().map(Block::Paragraph));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Inline;

    #[test]
    fn what_is_too_deep_is_lifted() {
        let words = || Block::Paragraph(vec![Inline::plain("a")]);
        let quoted = |n: usize| (0..n).fold(words(), |inner, _| Block::Quote(vec![inner]));
        assert_eq!(limited(vec![quoted(5)], 1, 3), vec![quoted(2)]);
        assert_eq!(limited(vec![quoted(2)], 1, 3), vec![quoted(2)]);
    }
}
