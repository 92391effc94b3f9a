//! Limits nesting depth.

use super::{Block, Item};

/// Moves content nested deeper than `max` up into the deepest container allowed. `depth` is the
/// depth of these blocks, 1 directly in the section.
///
/// Recurses to the depth of the tree, so the tree's depth must be bounded.
pub(super) fn limit_depth(blocks: Vec<Block>, depth: usize, max: usize) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        let inside = |content, levels| limit_depth(content, depth + levels, max);
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
    fn content_nested_too_deeply_is_moved_up() {
        let words = || Block::Paragraph(vec![Inline::plain("a")]);
        let quoted = |n: usize| (0..n).fold(words(), |inner, _| Block::Quote(vec![inner]));
        assert_eq!(limit_depth(vec![quoted(5)], 1, 3), vec![quoted(2)]);
        assert_eq!(limit_depth(vec![quoted(2)], 1, 3), vec![quoted(2)]);
    }
}
