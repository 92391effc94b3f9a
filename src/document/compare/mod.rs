//! What changed between two texts of a section, in the words and the form that readers see.
//!
//! Both texts are read as trees; blocks are matched with blocks, items with items, cells with cells
//! and words with words. What comes out goes the one way to safe HTML, with `<ins>` and `<del>`
//! around what differs.

mod emit;
mod fate;
mod line;
mod merge;
mod sequence;
#[cfg(test)]
mod tests;

use super::WikiTarget;
use super::html;
use super::markdown::parse;
use super::tree::{Block, plain_text};
use fate::Fate;
use merge::Piece;

/// One stretch of a section: blocks that changed, or one block that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Safe HTML.
    pub html: String,
    /// Whether anything in it was added or removed.
    pub changed: bool,
    /// The words of the newer text in it, without formats, one block a line.
    pub text: String,
}

/// How much changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Stretches of neighbouring blocks that changed: where a reader of the changes stops.
    pub passages: usize,
    /// Words that only the newer text has.
    pub added: usize,
    /// Words that only the older text has.
    pub removed: usize,
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.passages += other.passages;
        self.added += other.added;
        self.removed += other.removed;
    }
}

/// Compares two texts of one section and shows both in one, part by part.
///
/// Ids begin with `section_key` and wiki links are looked up by `links`, as in [`super::render`].
pub fn compare(
    older: &str,
    newer: &str,
    section_key: &str,
    links: &dyn Fn(&str) -> WikiTarget,
) -> Vec<Part> {
    let (older, newer) = (parse(older), parse(newer));
    let merged = merge::blocks(&older, &newer);
    let groups = grouped(&merged);
    let events = emit::events(&groups, &older, &newer);
    let rendered = html::compared(events, section_key, links);
    let part = |(group, html): (&Group<'_, '_>, String)| Part {
        html,
        changed: group.changed,
        text: plain_text(&emit::side(group.pieces, Fate::Gone)),
    };
    groups.iter().zip(rendered).map(part).collect()
}

/// Measures what [`compare`] would show.
pub fn amount(older: &str, newer: &str) -> Amount {
    if older == newer {
        return Amount::default();
    }
    let (older, newer) = (parse(older), parse(newer));
    let merged = merge::blocks(&older, &newer);
    let changed = grouped(&merged);
    let mut amount = Amount::default();
    for group in changed.iter().filter(|group| group.changed) {
        amount.passages += 1;
        for piece in group.pieces {
            piece.count(&mut amount);
        }
    }
    amount
}

/// The blocks of one text as parts, for a page that shows no changes.
pub fn in_parts(
    markdown: &str,
    section_key: &str,
    links: &dyn Fn(&str) -> WikiTarget,
) -> Vec<Part> {
    compare(markdown, markdown, section_key, links)
}

/// Neighbouring pieces that are shown as one part.
pub(super) struct Group<'p, 'b> {
    pieces: &'p [Piece<'b>],
    changed: bool,
}

fn grouped<'p, 'b>(merged: &'p [Piece<'b>]) -> Vec<Group<'p, 'b>> {
    let groups = merged.chunk_by(|a, b| a.is_changed() && b.is_changed());
    let group = |pieces: &'p [Piece<'b>]| Group {
        changed: pieces.iter().any(Piece::is_changed),
        pieces,
    };
    groups.map(group).collect()
}

/// How many words a text has, signs and spaces not counted.
fn count_words(text: &str) -> usize {
    let words = similar::DiffableStr::tokenize_unicode_words(text);
    let is_word = |word: &&str| word.contains(char::is_alphanumeric);
    words.into_iter().filter(is_word).count()
}

fn words_in(blocks: &[Block]) -> usize {
    count_words(&plain_text(blocks))
}
