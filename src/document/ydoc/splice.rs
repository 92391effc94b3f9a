//! Minimal text edits: unchanged text is kept, so that carets next to it stay in place.

use std::sync::Arc;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use yrs::types::{Attrs, Delta};
use yrs::{Any, In, Text, TransactionMut};

use super::write::attrs;
use crate::schema::TextRun;

/// Maximum number of words that are compared one by one.
const COMPARED: usize = 4_000;

/// One step of an edit; lengths are in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextEdit {
    Keep(usize),
    Remove(usize),
    Insert(usize),
}

/// Changes a plain text to `new`.
pub(super) fn plain(text: &impl Text, txn: &mut TransactionMut, old: &str, new: &str) {
    let run = |text: &str| {
        vec![TextRun {
            text: text.to_owned(),
            marks: Default::default(),
        }]
    };
    marked(text, txn, &run(old), &run(new));
}

/// Changes a text and its marks to `new`; `old` must be its current content.
pub(super) fn marked(text: &impl Text, txn: &mut TransactionMut, old: &[TextRun], new: &[TextRun]) {
    let (old_chars, new_chars) = (chars(old), chars(new));
    let mut delta: Vec<Delta<In>> = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    for edit in text_edits(&text_of(old), &text_of(new)) {
        match edit {
            TextEdit::Keep(n) => {
                let pairs = old_chars[at_old..at_old + n]
                    .iter()
                    .zip(&new_chars[at_new..at_new + n]);
                for ((c, was), (_, is)) in pairs {
                    let change = (was.marks != is.marks).then(|| Box::new(difference(was, is)));
                    retain(c.len_utf16() as u32, change, &mut delta);
                }
                (at_old, at_new) = (at_old + n, at_new + n);
            }
            TextEdit::Remove(n) => {
                let removed = &old_chars[at_old..at_old + n];
                let length = removed.iter().map(|(c, _)| c.len_utf16() as u32).sum();
                delta.push(Delta::Deleted(length));
                at_old += n;
            }
            TextEdit::Insert(n) => {
                let inserted = &new_chars[at_new..at_new + n];
                for part in inserted.chunk_by(|a, b| std::ptr::eq(a.1, b.1)) {
                    let text: String = part.iter().map(|(c, _)| c).collect();
                    let value = In::Any(Any::from(text));
                    delta.push(Delta::Inserted(value, Some(Box::new(attrs(part[0].1)))));
                }
                at_new += n;
            }
        }
    }
    while matches!(delta.last(), Some(Delta::Retain(_, None))) {
        delta.pop();
    }
    if !delta.is_empty() {
        text.apply_delta(txn, delta);
    }
}

fn retain(length: u32, change: Option<Box<Attrs>>, delta: &mut Vec<Delta<In>>) {
    match delta.last_mut() {
        Some(Delta::Retain(n, same)) if *same == change => *n += length,
        _ => delta.push(Delta::Retain(length, change)),
    }
}

/// Returns the formatting that turns one set of marks into another; null removes a mark.
fn difference(was: &TextRun, is: &TextRun) -> Attrs {
    let mut out = attrs(is);
    out.retain(|name, _| was.marks.get(&**name) != is.marks.get(&**name));
    for name in was
        .marks
        .keys()
        .filter(|name| !is.marks.contains_key(*name))
    {
        out.insert(Arc::from(name.as_str()), Any::Null);
    }
    out
}

fn chars(runs: &[TextRun]) -> Vec<(char, &TextRun)> {
    runs.iter()
        .flat_map(|run| run.text.chars().map(move |c| (c, run)))
        .collect()
}

fn text_of(runs: &[TextRun]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// Compares by words, and by characters at the edges of each difference.
fn text_edits(old: &str, new: &str) -> Vec<TextEdit> {
    let (old, new) = (words(old), words(new));
    let mut out = Vec::new();
    if old.len().max(new.len()) > COMPARED {
        trim(&old.concat(), &new.concat(), &mut out);
        return out;
    }
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (o, n) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => out.push(TextEdit::Keep(count(&old[o].concat()))),
            _ => trim(&old[o].concat(), &new[n].concat(), &mut out),
        }
    }
    out
}

/// Keeps the common prefix and suffix.
fn trim(old: &str, new: &str, out: &mut Vec<TextEdit>) {
    let same = |(a, b): &(char, char)| a == b;
    let start = old.chars().zip(new.chars()).take_while(same).count();
    let rest = count(old).min(count(new)) - start;
    let ends = old.chars().rev().zip(new.chars().rev());
    let end = ends.take(rest).take_while(same).count();
    for edit in [
        TextEdit::Keep(start),
        TextEdit::Remove(count(old) - start - end),
        TextEdit::Insert(count(new) - start - end),
        TextEdit::Keep(end),
    ] {
        if !matches!(
            edit,
            TextEdit::Keep(0) | TextEdit::Remove(0) | TextEdit::Insert(0)
        ) {
            out.push(edit);
        }
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

/// Splits text into words and single characters between them.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            if start < at {
                out.push(&text[start..at]);
            }
            start = at + c.len_utf8();
            out.push(&text[at..start]);
        }
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_differences_are_edited() {
        assert_eq!(
            text_edits("the cat sat", "the cats sat"),
            [
                TextEdit::Keep(4),
                TextEdit::Keep(3),
                TextEdit::Insert(1),
                TextEdit::Keep(4)
            ]
        );
        assert_eq!(text_edits("a", "a"), [TextEdit::Keep(1)]);
        assert_eq!(text_edits("", "ab"), [TextEdit::Insert(2)]);
        assert_eq!(words("één, two"), ["één", ",", " ", "two"]);
    }
}
