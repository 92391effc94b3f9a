//! Whether a list is tight.

use super::{Block, Item, ListKind};

/// A list is loose only if it must be, or if it can be and wants to be.
pub(super) fn normalise_tightness(kind: ListKind, tight: bool, items: &[Item]) -> bool {
    // In a task list even an empty paragraph counts.
    let boxes = kind == ListKind::Task;
    let paragraphs = |item: &Item| {
        item.content
            .iter()
            .any(|block| matches!(block, Block::Paragraph(line) if boxes || !line.is_empty()))
    };
    if !items.iter().any(paragraphs) {
        return true;
    }
    if items.iter().any(|item| must_stand_apart(&item.content)) {
        return false;
    }
    let can_be_loose = items.len() > 1 || items.iter().any(|item| item.content.len() > 1);
    tight || !can_be_loose
}

/// Tells whether two adjacent blocks would merge without a blank line.
fn must_stand_apart(content: &[Block]) -> bool {
    content.windows(2).any(|pair| match (&pair[0], &pair[1]) {
        (Block::Paragraph(_), Block::Paragraph(_)) => true,
        (
            Block::List { .. } | Block::Quote(_) | Block::Alert { .. } | Block::Table { .. },
            Block::Paragraph(_) | Block::Table { .. },
        ) => true,
        (Block::Quote(_) | Block::Alert { .. }, Block::Quote(_) | Block::Alert { .. }) => true,
        // Only a list that begins with 1 can interrupt a paragraph.
        (Block::Paragraph(_), Block::List { kind, .. }) => {
            matches!(kind, ListKind::Ordered(start) if *start != 1)
        }
        _ => false,
    })
}
