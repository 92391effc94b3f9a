//! Which words of a line changed.

use similar::DiffableStr;

use super::fate::Fate;
use super::sequence::{Bag, Step, equal_steps};
use crate::tree::{Inline, Marks};

/// How alike two lines are at least that their words are compared, of 1000; below, one line stands
/// in the place of the other.
const WORD_BY_WORD: u32 = 250;

/// A run of a line with one fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) fate: Fate,
    pub(super) line: Vec<Inline>,
}

/// A stretch that stands in both, or something in the place of something else.
#[derive(Default)]
struct Stretch {
    same: Vec<Inline>,
    gone: Vec<Inline>,
    new: Vec<Inline>,
}

/// Compares two lines word by word; what is gone stands before what took its place.
pub(super) fn runs(older: &[Inline], newer: &[Inline]) -> Vec<Run> {
    let (older, newer) = (tokens(older), tokens(newer));
    let bag = |tokens: &[Inline]| Bag::of(tokens.iter().filter(|token| !is_space(token)));
    let steps = if bag(&older).likeness(&bag(&newer)) < WORD_BY_WORD {
        let gone = (0..older.len()).map(Step::Gone);
        gone.chain((0..newer.len()).map(Step::New)).collect()
    } else {
        equal_steps(&older, &newer)
    };
    let mut stretches: Vec<Stretch> = Vec::new();
    for step in steps {
        let same = matches!(step, Step::Both(..));
        let fits = |last: &Stretch| last.same.is_empty() != same;
        if !stretches.last().is_some_and(fits) {
            stretches.push(Stretch::default());
        }
        let last = stretches.len() - 1;
        let stretch = &mut stretches[last];
        match step {
            Step::Both(_, at) => stretch.same.push(newer[at].clone()),
            Step::Gone(at) => stretch.gone.push(older[at].clone()),
            Step::New(at) => stretch.new.push(newer[at].clone()),
        }
    }
    spelled(bridged(stretches))
}

/// The runs of a line that only one of the texts has.
pub(super) fn whole(line: &[Inline], fate: Fate) -> Vec<Run> {
    let line = line.to_vec();
    match line.is_empty() {
        true => Vec::new(),
        false => vec![Run { fate, line }],
    }
}

/// Takes a space between two replacements as part of both, so that "two words" gave way to
/// "three others" in one piece.
fn bridged(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let replaces = |stretch: &Stretch| !stretch.gone.is_empty() && !stretch.new.is_empty();
    let mut out: Vec<Stretch> = Vec::new();
    let mut rest = stretches.into_iter().peekable();
    while let Some(stretch) = rest.next() {
        let bridge = !stretch.same.is_empty()
            && stretch.same.iter().all(is_space)
            && out.last().is_some_and(replaces)
            && rest.peek().is_some_and(replaces);
        match (bridge, out.last_mut(), rest.peek()) {
            (true, Some(before), Some(_)) => {
                before.gone.extend(stretch.same.iter().cloned());
                before.new.extend(stretch.same);
                if let Some(after) = rest.next() {
                    before.gone.extend(after.gone);
                    before.new.extend(after.new);
                }
            }
            _ => out.push(stretch),
        }
    }
    out
}

fn spelled(stretches: Vec<Stretch>) -> Vec<Run> {
    let mut out = Vec::new();
    for stretch in stretches {
        let parts = [
            (Fate::Same, stretch.same),
            (Fate::Gone, stretch.gone),
            (Fate::New, stretch.new),
        ];
        for (fate, tokens) in parts {
            if !tokens.is_empty() {
                let line = joined(tokens);
                out.push(Run { fate, line });
            }
        }
    }
    out
}

fn is_space(token: &Inline) -> bool {
    matches!(token, Inline::Text { text, marks } if !marks.code && text.trim().is_empty())
}

/// A line in words; code stays whole, for half a command reads badly.
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

/// Joins words with the same marks again.
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
