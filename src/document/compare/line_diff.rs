//! Word diff of a line.

use similar::DiffableStr;

use super::change::Change;
use super::sequence::{Pairing, WordBag, match_equal};
use crate::tree::{Inline, Marks};

/// Minimum similarity (of 1000) for comparing two lines word by word; below it, one line replaces
/// the other.
const WORD_BY_WORD: u32 = 250;

/// A run of a line with one kind of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiffRun {
    pub(super) change: Change,
    pub(super) line: Vec<Inline>,
}

/// An unchanged stretch, or a replacement.
#[derive(Default)]
struct Hunk {
    same: Vec<Inline>,
    removed: Vec<Inline>,
    added: Vec<Inline>,
}

/// Compares two lines word by word; removed words come before their replacement.
pub(super) fn diff_line(older: &[Inline], newer: &[Inline]) -> Vec<DiffRun> {
    let (older, newer) = (tokens(older), tokens(newer));
    let bag = |tokens: &[Inline]| WordBag::of(tokens.iter().filter(|token| !is_space(token)));
    let pairings = if bag(&older).similarity(&bag(&newer)) < WORD_BY_WORD {
        let removed = (0..older.len()).map(Pairing::Removed);
        removed
            .chain((0..newer.len()).map(Pairing::Added))
            .collect()
    } else {
        match_equal(&older, &newer)
    };
    let mut hunks: Vec<Hunk> = Vec::new();
    for pairing in pairings {
        let same = matches!(pairing, Pairing::Both(..));
        let fits = |last: &Hunk| last.same.is_empty() != same;
        if !hunks.last().is_some_and(fits) {
            hunks.push(Hunk::default());
        }
        let last = hunks.len() - 1;
        let hunk = &mut hunks[last];
        match pairing {
            Pairing::Both(_, at) => hunk.same.push(newer[at].clone()),
            Pairing::Removed(at) => hunk.removed.push(older[at].clone()),
            Pairing::Added(at) => hunk.added.push(newer[at].clone()),
        }
    }
    to_runs(bridged(hunks))
}

/// Returns the runs of a line that has only one kind of change.
pub(super) fn whole_line(line: &[Inline], change: Change) -> Vec<DiffRun> {
    let line = line.to_vec();
    match line.is_empty() {
        true => Vec::new(),
        false => vec![DiffRun { change, line }],
    }
}

/// Absorbs a space between two replacements, so that "two words" → "three others" is a single
/// change.
fn bridged(hunks: Vec<Hunk>) -> Vec<Hunk> {
    let replaces = |hunk: &Hunk| !hunk.removed.is_empty() && !hunk.added.is_empty();
    let mut out: Vec<Hunk> = Vec::new();
    let mut rest = hunks.into_iter().peekable();
    while let Some(hunk) = rest.next() {
        let bridge = !hunk.same.is_empty()
            && hunk.same.iter().all(is_space)
            && out.last().is_some_and(replaces)
            && rest.peek().is_some_and(replaces);
        match (bridge, out.last_mut(), rest.peek()) {
            (true, Some(before), Some(_)) => {
                before.removed.extend(hunk.same.iter().cloned());
                before.added.extend(hunk.same);
                if let Some(after) = rest.next() {
                    before.removed.extend(after.removed);
                    before.added.extend(after.added);
                }
            }
            _ => out.push(hunk),
        }
    }
    out
}

fn to_runs(hunks: Vec<Hunk>) -> Vec<DiffRun> {
    let mut out = Vec::new();
    for hunk in hunks {
        let parts = [
            (Change::Unchanged, hunk.same),
            (Change::Removed, hunk.removed),
            (Change::Added, hunk.added),
        ];
        for (change, tokens) in parts {
            if !tokens.is_empty() {
                let line = joined(tokens);
                out.push(DiffRun { change, line });
            }
        }
    }
    out
}

fn is_space(token: &Inline) -> bool {
    matches!(token, Inline::Text { text, marks } if !marks.code && text.trim().is_empty())
}

/// Splits a line into words. Code is not split, because half a command is hard to read.
fn tokens(line: &[Inline]) -> Vec<Inline> {
    let mut out = Vec::new();
    for inline in line {
        match inline {
            Inline::Text { text, marks } if !marks.code => {
                let words = text.tokenize_unicode_words().into_iter();
                out.extend(words.map(|word| word_of(word, marks)));
            }
            other => out.push(other.clone()),
        }
    }
    out
}

fn word_of(word: &str, marks: &Marks) -> Inline {
    Inline::Text {
        text: word.to_owned(),
        marks: marks.clone(),
    }
}

/// Merges adjacent words with the same marks.
fn joined(tokens: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    for token in tokens {
        match (out.last_mut(), token) {
            (
                Some(Inline::Text { text, marks }),
                Inline::Text {
                    text: more,
                    marks: same,
                },
            ) if *marks == same && !same.code => text.push_str(&more),
            (_, other) => out.push(other),
        }
    }
    out
}
