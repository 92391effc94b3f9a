//! Counts the elements of a tree.

use super::Block;

/// Returns the number of blocks, items, cells and inlines.
pub(crate) fn count(blocks: &[Block]) -> usize {
    blocks.iter().map(elements).sum()
}

fn elements(block: &Block) -> usize {
    let inside = match block {
        Block::Paragraph(line) | Block::Heading { content: line, .. } => line.len(),
        Block::List { items, .. } => items.iter().map(|item| 1 + count(&item.content)).sum(),
        Block::Table { rows, .. } => rows.iter().flatten().map(|cell| 1 + cell.len()).sum(),
        Block::Quote(content) | Block::Alert { content, .. } | Block::Footnote { content, .. } => {
            count(content)
        }
        Block::Code { .. } | Block::Rule => 0,
    };
    1 + inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;

    #[test]
    fn every_element_counts() {
        assert_eq!(count(&parse("a *b*\n\n- c\n- d\n\n---")), 3 + 7 + 1);
        assert_eq!(count(&parse("| a | b |\n|--|--|\n| c |  |")), 1 + 4 + 3);
    }
}
