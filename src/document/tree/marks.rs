//! The marks of inline content, and white space at their edges.

use std::collections::BTreeMap;

use super::{Inline, Marks, Script};

/// The marks Markdown writes around text; when several begin and end together, the last is
/// innermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Outermost, because a delimiter between a letter and a tag is none.
    Script(Script),
    Link,
    Italic,
    Bold,
    Strike,
}

impl MarkKind {
    const ALL: [Self; 6] = [
        Self::Script(Script::Superscript),
        Self::Script(Script::Subscript),
        Self::Link,
        Self::Italic,
        Self::Bold,
        Self::Strike,
    ];

    /// Tells whether `marks` include this mark.
    fn is_on(self, marks: &Marks) -> bool {
        match self {
            Self::Script(script) => marks.script == Some(script),
            Self::Link => marks.link.is_some(),
            Self::Italic => marks.italic,
            Self::Bold => marks.bold,
            Self::Strike => marks.strike,
        }
    }

    /// Tells whether a run of the mark continues from `a` to `b`.
    fn continues(self, a: &Marks, b: &Marks) -> bool {
        self.is_on(a) && self.is_on(b) && (self != Self::Link || a.link == b.link)
    }

    fn clear(self, marks: &mut Marks) {
        match self {
            Self::Script(_) => marks.script = None,
            Self::Link => marks.link = None,
            Self::Italic => marks.italic = false,
            Self::Bold => marks.bold = false,
            Self::Strike => marks.strike = false,
        }
    }
}

/// Returns the marks of each inline. Text has its own; other inlines take those shared by the text
/// on both sides, because the shared document stores none for them. An image has only its own link.
pub(crate) fn effective_marks(line: &[Inline]) -> Vec<Marks> {
    let own = |inline: &Inline| match inline {
        Inline::Text { marks, .. } => Some(marks.clone()),
        _ => None,
    };
    let mut before = Vec::with_capacity(line.len());
    let mut last = Marks::default();
    for inline in line {
        before.push(last.clone());
        last = own(inline).unwrap_or(last);
    }
    let mut next = Marks::default();
    let mut marks: Vec<_> = Vec::with_capacity(line.len());
    for (inline, before) in line.iter().zip(before).rev() {
        marks.push(own(inline).unwrap_or_else(|| inferred(inline, &before, &next)));
        next = own(inline).unwrap_or(next);
    }
    marks.reverse();
    marks
}

fn inferred(inline: &Inline, before: &Marks, after: &Marks) -> Marks {
    let link = match inline {
        Inline::Image(image) => image.link.clone(),
        Inline::Break if before.link == after.link => before.link.clone(),
        _ => None,
    };
    Marks {
        link,
        bold: before.bold && after.bold,
        italic: before.italic && after.italic,
        strike: before.strike && after.strike,
        code: false,
        script: before.script.filter(|_| before.script == after.script),
    }
}

/// A line as a tree of nested marks.
#[derive(Debug, PartialEq)]
pub(crate) enum MarkSpan {
    /// The inline with this index.
    Inline(usize),
    /// A mark around a run that begins with the inline `from`.
    Marked {
        mark: MarkKind,
        from: usize,
        inside: Vec<MarkSpan>,
    },
}

/// Nests overlapping marks: of those that begin together, the longest is outermost.
pub(crate) fn layers(marks: &[Marks]) -> Vec<MarkSpan> {
    nest(marks, 0, &[])
}

fn nest(marks: &[Marks], offset: usize, open: &[MarkKind]) -> Vec<MarkSpan> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < marks.len() {
        let longest = MarkKind::ALL
            .into_iter()
            .filter(|mark| !open.contains(mark) && mark.is_on(&marks[at]))
            .map(|mark| (mark, extent(mark, &marks[at..])))
            .rev()
            .max_by_key(|(_, length)| *length);
        let Some((mark, length)) = longest else {
            out.push(MarkSpan::Inline(offset + at));
            at += 1;
            continue;
        };
        let open: Vec<_> = open.iter().copied().chain([mark]).collect();
        let from = offset + at;
        let inside = nest(&marks[at..at + length], from, &open);
        out.push(MarkSpan::Marked { mark, from, inside });
        at += length;
    }
    out
}

/// Returns how many inlines a run of the mark spans.
fn extent(mark: MarkKind, marks: &[Marks]) -> usize {
    1 + marks
        .windows(2)
        .take_while(|pair| mark.continues(&pair[0], &pair[1]))
        .count()
}

/// Moves white space at the edges of marked text outside the mark: Markdown does not recognise a
/// delimiter next to white space.
pub(super) fn expel_white_space(line: Vec<Inline>) -> Vec<Inline> {
    expel_in_passes(line).0
}

/// Returns the number of passes, too: it depends on how many marks a text has, not on how long the
/// line is.
fn expel_in_passes(mut line: Vec<Inline>) -> (Vec<Inline>, usize) {
    // Every pass removes a mark from some text, so this terminates.
    for passes in 0.. {
        let mut edges = BTreeMap::new();
        find_edges(&line, &layers(&effective_marks(&line)), &mut edges);
        if edges.is_empty() {
            return (line, passes);
        }
        let pieces = line.into_iter().enumerate();
        line = pieces
            .flat_map(|(index, inline)| match edges.get(&index) {
                Some((mark, side)) => split_off(inline, *mark, *side),
                None => vec![inline],
            })
            .collect();
    }
    (line, usize::MAX)
}

#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

/// Finds texts with white space at the edge of a mark, and for each the outermost such mark.
fn find_edges(line: &[Inline], layers: &[MarkSpan], edges: &mut BTreeMap<usize, (MarkKind, Side)>) {
    for layer in layers {
        let MarkSpan::Marked { mark, from, inside } = layer else {
            continue;
        };
        let text = |index: usize| match &line[index] {
            Inline::Text { text, marks } if !marks.code => Some(text),
            _ => None,
        };
        if *mark != MarkKind::Link {
            let last = last_piece(inside).unwrap_or(*from);
            if text(*from).is_some_and(|t| t.starts_with(char::is_whitespace)) {
                edges.entry(*from).or_insert((*mark, Side::Start));
            }
            if text(last).is_some_and(|t| t.ends_with(char::is_whitespace)) {
                edges.entry(last).or_insert((*mark, Side::End));
            }
        }
        find_edges(line, inside, edges);
    }
}

fn last_piece(layers: &[MarkSpan]) -> Option<usize> {
    match layers.last()? {
        MarkSpan::Inline(index) => Some(*index),
        MarkSpan::Marked { inside, .. } => last_piece(inside),
    }
}

fn split_off(inline: Inline, mark: MarkKind, side: Side) -> Vec<Inline> {
    let Inline::Text { text, marks } = inline else {
        return vec![inline];
    };
    let at = match side {
        Side::Start => text.len() - text.trim_start().len(),
        Side::End => text.trim_end().len(),
    };
    let (left, right) = text.split_at(at);
    let mut cleared = marks.clone();
    mark.clear(&mut cleared);
    let (left_marks, right_marks) = match side {
        Side::Start => (cleared, marks),
        Side::End => (marks, cleared),
    };
    [(left, left_marks), (right, right_marks)]
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, marks)| Inline::Text {
            text: text.into(),
            marks,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_takes_as_few_passes_as_a_short_one() {
        let marks = Marks {
            bold: true,
            italic: true,
            script: Some(Script::Superscript),
            ..Marks::default()
        };
        let marked = Inline::Text {
            text: " a ".into(),
            marks,
        };
        let line = |times: usize| vec![[marked.clone(), Inline::plain("b")]; times].concat();
        let short = expel_in_passes(line(1)).1;
        assert_eq!(expel_in_passes(line(2_000)).1, short);
    }
}
