//! Compares two texts of a section at the level readers see.
//!
//! Both texts are parsed into trees; blocks are matched with blocks, items with items, cells with
//! cells and words with words. The result goes through the usual HTML sanitiser, with `<ins>` and
//! `<del>` around the differences.

mod change;
mod emit;
mod line_diff;
mod merge;
mod sequence;
#[cfg(test)]
mod tests;

use super::WikiTarget;
use super::html;
use super::markdown::parse;
use super::tree::{Block, plain_text};
use change::Change;
use merge::DiffBlock;

/// A stretch of a section: consecutive changed blocks, or one unchanged block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffSegment {
    /// Safe HTML.
    pub html: String,
    /// Whether anything in it was added or removed.
    pub changed: bool,
    /// The words of the newer text in it, without formatting, one block per line.
    pub text: String,
}

/// Counts of what changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffStats {
    /// Runs of consecutive changed blocks, each one stop for a reader of the changes.
    pub passages: usize,
    /// Words only the newer text has.
    pub added: usize,
    /// Words only the older text has.
    pub removed: usize,
}

impl std::ops::AddAssign for DiffStats {
    fn add_assign(&mut self, other: Self) {
        self.passages += other.passages;
        self.added += other.added;
        self.removed += other.removed;
    }
}

/// Compares two texts of a section and returns both merged, segment by segment.
///
/// Ids begin with `section_key`, and `links` resolves wiki links, as in [`super::render`].
pub fn compare(
    older: &str,
    newer: &str,
    section_key: &str,
    links: &dyn Fn(&str) -> WikiTarget,
) -> Vec<DiffSegment> {
    let (older, newer) = (parse(older), parse(newer));
    let merged = merge::blocks(&older, &newer);
    let groups = grouped(&merged);
    let events = emit::events(&groups, &older, &newer);
    let rendered = html::render_diff(events, section_key, links);
    let part = |(group, html): (&Group<'_, '_>, String)| DiffSegment {
        html,
        changed: group.changed,
        text: plain_text(&emit::side(group.blocks, Change::Removed)),
    };
    groups.iter().zip(rendered).map(part).collect()
}

/// Counts the changes that [`compare`] would show.
pub fn diff_stats(older: &str, newer: &str) -> DiffStats {
    if older == newer {
        return DiffStats::default();
    }
    let (older, newer) = (parse(older), parse(newer));
    let merged = merge::blocks(&older, &newer);
    let changed = grouped(&merged);
    let mut stats = DiffStats::default();
    for group in changed.iter().filter(|group| group.changed) {
        stats.passages += 1;
        for block in group.blocks {
            block.count(&mut stats);
        }
    }
    stats
}

/// Splits one text into segments, for a page that shows no changes.
pub fn segments(
    markdown: &str,
    section_key: &str,
    links: &dyn Fn(&str) -> WikiTarget,
) -> Vec<DiffSegment> {
    compare(markdown, markdown, section_key, links)
}

/// Consecutive blocks shown as one segment.
pub(super) struct Group<'p, 'b> {
    blocks: &'p [DiffBlock<'b>],
    changed: bool,
}

fn grouped<'p, 'b>(merged: &'p [DiffBlock<'b>]) -> Vec<Group<'p, 'b>> {
    let groups = merged.chunk_by(|a, b| a.is_changed() && b.is_changed());
    let group = |blocks: &'p [DiffBlock<'b>]| Group {
        changed: blocks.iter().any(DiffBlock::is_changed),
        blocks,
    };
    groups.map(group).collect()
}

/// Counts the words of a text, without punctuation.
fn count_words(text: &str) -> usize {
    let words = similar::DiffableStr::tokenize_unicode_words(text);
    let is_word = |word: &&str| word.contains(char::is_alphanumeric);
    words.into_iter().filter(is_word).count()
}

fn words_in(blocks: &[Block]) -> usize {
    count_words(&plain_text(blocks))
}
