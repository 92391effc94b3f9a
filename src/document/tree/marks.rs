//! Which marks lie over a piece of a line, and where white space must leave them.

use super::{Inline, Marks};

/// The marks that Markdown writes around text, innermost last when they begin and end together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marked {
    Link,
    Italic,
    Bold,
    Strike,
}

impl Marked {
    const ALL: [Self; 4] = [Self::Link, Self::Italic, Self::Bold, Self::Strike];

    /// Tells whether the mark lies over text with `marks`.
    fn is_on(self, marks: &Marks) -> bool {
        match self {
            Self::Link => marks.link.is_some(),
            Self::Italic => marks.italic,
            Self::Bold => marks.bold,
            Self::Strike => marks.strike,
        }
    }

    /// Tells whether one run of the mark goes on from `a` to `b`.
    fn continues(self, a: &Marks, b: &Marks) -> bool {
        self.is_on(a) && self.is_on(b) && (self != Self::Link || a.link == b.link)
    }

    fn clear(self, marks: &mut Marks) {
        match self {
            Self::Link => marks.link = None,
            Self::Italic => marks.italic = false,
            Self::Bold => marks.bold = false,
            Self::Strike => marks.strike = false,
        }
    }
}

/// Gives every piece of a line its marks: text its own, everything else those that the text on both
/// sides shares, for the shared document keeps none there. An image has only the link it carries.
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
    }
}

/// A line as its marks nest when they are written.
#[derive(Debug, PartialEq)]
pub(crate) enum Layer {
    /// The piece of that index.
    Piece(usize),
    /// A mark over a run that begins with the piece `from`.
    Under {
        mark: Marked,
        from: usize,
        inside: Vec<Layer>,
    },
}

/// Nests marks that may overlap: where several begin, the one that runs on longest is outermost.
pub(crate) fn layers(marks: &[Marks]) -> Vec<Layer> {
    nest(marks, 0, &[])
}

fn nest(marks: &[Marks], offset: usize, open: &[Marked]) -> Vec<Layer> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < marks.len() {
        let longest = Marked::ALL
            .into_iter()
            .filter(|mark| !open.contains(mark) && mark.is_on(&marks[at]))
            .map(|mark| (mark, extent(mark, &marks[at..])))
            .rev()
            .max_by_key(|(_, length)| *length);
        let Some((mark, length)) = longest else {
            out.push(Layer::Piece(offset + at));
            at += 1;
            continue;
        };
        let open: Vec<_> = open.iter().copied().chain([mark]).collect();
        let from = offset + at;
        let inside = nest(&marks[at..at + length], from, &open);
        out.push(Layer::Under { mark, from, inside });
        at += length;
    }
    out
}

/// How many pieces a run of the mark spans.
fn extent(mark: Marked, marks: &[Marks]) -> usize {
    1 + marks
        .windows(2)
        .take_while(|pair| mark.continues(&pair[0], &pair[1]))
        .count()
}

/// Moves white space at the edges of bold, italic and struck text out of the mark: a delimiter
/// beside white space is none in Markdown.
pub(super) fn release_white_space(mut line: Vec<Inline>) -> Vec<Inline> {
    // Every round takes a mark off some text, so this ends.
    while let Some((index, mark, side)) = find_edge(&line, &layers(&effective_marks(&line))) {
        split_off(&mut line, index, mark, side);
    }
    line
}

#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

fn find_edge(line: &[Inline], layers: &[Layer]) -> Option<(usize, Marked, Side)> {
    layers.iter().find_map(|layer| {
        let Layer::Under { mark, from, inside } = layer else {
            return None;
        };
        let text = |index: usize| match &line[index] {
            Inline::Text { text, marks } if !marks.code => Some(text),
            _ => None,
        };
        if *mark != Marked::Link {
            let last = last_piece(inside).unwrap_or(*from);
            if text(*from).is_some_and(|t| t.starts_with(char::is_whitespace)) {
                return Some((*from, *mark, Side::Start));
            }
            if text(last).is_some_and(|t| t.ends_with(char::is_whitespace)) {
                return Some((last, *mark, Side::End));
            }
        }
        find_edge(line, inside)
    })
}

fn last_piece(layers: &[Layer]) -> Option<usize> {
    match layers.last()? {
        Layer::Piece(index) => Some(*index),
        Layer::Under { inside, .. } => last_piece(inside),
    }
}

fn split_off(line: &mut Vec<Inline>, index: usize, mark: Marked, side: Side) {
    let Inline::Text { text, marks } = line[index].clone() else {
        return;
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
    let pieces = [(left, left_marks), (right, right_marks)]
        .into_iter()
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, marks)| Inline::Text {
            text: text.into(),
            marks,
        });
    line.splice(index..=index, pieces);
}
