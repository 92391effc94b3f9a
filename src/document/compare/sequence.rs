//! Which elements of two sequences belong together, in time that stays short for any input.

use std::collections::HashMap;
use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Elements of both sequences up to which the shortest difference is looked for. Its time grows
/// with the square; above, elements that occur once in both lead the way.
const EXACT: usize = 3_000;
/// How often what lies between such elements is looked at in the same way.
const DEEPEST: usize = 24;
/// Pairs up to which every old element is compared with every new one; above, with its neighbours.
const ALL_PAIRS: usize = 250_000;
/// How many neighbours on either side.
const BAND: usize = 32;
/// How alike two elements are at least that one is taken for the other changed, of 1000.
pub(super) const ALIKE: u32 = 330;

/// How alike elements at the same place are at least that no better place is looked for.
const SURE: u32 = 600;

/// What became of one element, or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It stands in both: at these places.
    Both(usize, usize),
    /// Only the older one has it.
    Gone(usize),
    /// Only the newer one has it.
    New(usize),
}

/// Matches equal elements, in order.
pub(super) fn equal_steps<T: Eq + Hash>(older: &[T], newer: &[T]) -> Vec<Step> {
    let mut numbers = HashMap::new();
    let older = numbered(older, &mut numbers);
    let newer = numbered(newer, &mut numbers);
    let mut out = Vec::with_capacity(older.len().max(newer.len()));
    between(&older, &newer, (0, 0), DEEPEST, &mut out);
    out
}

/// Equal elements get equal numbers, which are quick to compare.
fn numbered<'t, T: Eq + Hash>(elements: &'t [T], numbers: &mut HashMap<&'t T, u32>) -> Vec<u32> {
    let number = |element| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(element).or_insert(next)
    };
    elements.iter().map(number).collect()
}

fn between(older: &[u32], newer: &[u32], at: (usize, usize), depth: usize, out: &mut Vec<Step>) {
    let head = older.iter().zip(newer).take_while(|(a, b)| a == b).count();
    let rest = older[head..].iter().rev().zip(newer[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    let both = |from: (usize, usize), count: usize| {
        (0..count).map(move |step| Step::Both(from.0 + step, from.1 + step))
    };
    out.extend(both(at, head));
    let (a, b) = (
        &older[head..older.len() - tail],
        &newer[head..newer.len() - tail],
    );
    middle(a, b, (at.0 + head, at.1 + head), depth, out);
    let end = (at.0 + head + a.len(), at.1 + head + b.len());
    out.extend(both(end, tail));
}

fn middle(a: &[u32], b: &[u32], at: (usize, usize), depth: usize, out: &mut Vec<Step>) {
    if a.is_empty() || b.is_empty() {
        return replaced(a.len(), b.len(), at, out);
    }
    if a.len() + b.len() <= EXACT {
        return exact(a, b, at, out);
    }
    let anchors = if depth == 0 {
        Vec::new()
    } else {
        anchors(a, b)
    };
    if anchors.is_empty() {
        return replaced(a.len(), b.len(), at, out);
    }
    let mut from = (0, 0);
    for (i, j) in anchors.into_iter().chain([(a.len(), b.len())]) {
        let place = (at.0 + from.0, at.1 + from.1);
        between(&a[from.0..i], &b[from.1..j], place, depth - 1, out);
        if i < a.len() {
            out.push(Step::Both(at.0 + i, at.1 + j));
        }
        from = (i + 1, j + 1);
    }
}

fn replaced(gone: usize, new: usize, at: (usize, usize), out: &mut Vec<Step>) {
    out.extend((at.0..at.0 + gone).map(Step::Gone));
    out.extend((at.1..at.1 + new).map(Step::New));
}

fn exact(a: &[u32], b: &[u32], at: (usize, usize), out: &mut Vec<Step>) {
    for op in capture_diff_slices(Algorithm::Myers, a, b) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            let pair = |step| Step::Both(at.0 + old_index + step, at.1 + new_index + step);
            out.extend((0..len).map(pair));
        } else {
            let place = (at.0 + op.old_range().start, at.1 + op.new_range().start);
            replaced(op.old_range().len(), op.new_range().len(), place, out);
        }
    }
}

/// The longest row of elements that occur once in both, in the order of both.
fn anchors(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let once = |elements: &[u32]| {
        let mut seen: HashMap<u32, Option<usize>> = HashMap::new();
        for (place, element) in elements.iter().enumerate() {
            seen.entry(*element)
                .and_modify(|found| *found = None)
                .or_insert(Some(place));
        }
        seen
    };
    let (in_a, in_b) = (once(a), once(b));
    let both = a.iter().enumerate().filter_map(|(i, element)| {
        in_a[element]?;
        Some((i, (*in_b.get(element)?)?))
    });
    longest_rising(&both.collect::<Vec<_>>())
}

/// The longest run of pairs, given by their first parts, whose second parts rise.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (at, (_, second)) in pairs.iter().enumerate() {
        let place = ends.partition_point(|end| pairs[*end].1 < *second);
        before[at] = place.checked_sub(1).map(|place| ends[place]);
        match ends.get_mut(place) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut row = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(place) = at {
        row.push(pairs[place]);
        at = before[place];
    }
    row.reverse();
    row
}

/// Matches what [`equal_steps`] left over where it is alike: `likeness` gives 0 to 1000.
pub(super) fn alike_steps(steps: Vec<Step>, likeness: &dyn Fn(usize, usize) -> u32) -> Vec<Step> {
    let mut out = Vec::with_capacity(steps.len());
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Gone(at) => gone.push(at),
            Step::New(at) => new.push(at),
            Step::Both(..) => {
                pair(&gone, &new, likeness, &mut out);
                (gone, new) = (Vec::new(), Vec::new());
                out.push(step);
            }
        }
    }
    pair(&gone, &new, likeness, &mut out);
    out
}

fn pair(
    gone: &[usize],
    new: &[usize],
    likeness: &dyn Fn(usize, usize) -> u32,
    out: &mut Vec<Step>,
) {
    let in_place = || (0..gone.len()).all(|at| likeness(gone[at], new[at]) >= SURE);
    let pairs = if gone.is_empty() || new.is_empty() {
        Vec::new()
    } else if gone.len() == new.len() && in_place() {
        (0..gone.len()).map(|at| (at, at)).collect()
    } else {
        best_pairs(gone, new, likeness)
    };
    let mut from = (0, 0);
    for (i, j) in pairs.into_iter().chain([(gone.len(), new.len())]) {
        out.extend(gone[from.0..i].iter().copied().map(Step::Gone));
        out.extend(new[from.1..j].iter().copied().map(Step::New));
        if i < gone.len() {
            out.push(Step::Both(gone[i], new[j]));
        }
        from = (i + 1, j + 1);
    }
}

/// The best scores of the beginnings of two sequences, along their diagonal.
struct Scores {
    width: usize,
    rows: Vec<(usize, Vec<u32>)>,
}

impl Scores {
    /// The score of the first `i` and `j` elements; none outside of the band.
    fn get(&self, i: usize, j: usize) -> Option<u32> {
        let (from, row) = &self.rows[i];
        let at = j.checked_sub(*from)?;
        // To the right of the band nothing better was looked for.
        row.get(at.min(row.len() - 1)).copied()
    }

    fn end(&self, i: usize) -> usize {
        let (from, row) = &self.rows[i];
        from + row.len() - 1
    }
}

fn best_pairs(
    gone: &[usize],
    new: &[usize],
    likeness: &dyn Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let all = gone.len() * new.len() <= ALL_PAIRS;
    let band = |i: usize| {
        let middle = i * new.len() / gone.len();
        match all {
            true => (0, new.len()),
            false => (middle.saturating_sub(BAND), (middle + BAND).min(new.len())),
        }
    };
    let alike = |i: usize, j: usize| {
        let score = likeness(gone[i], new[j]);
        (score >= ALIKE).then_some(score)
    };
    let mut scores = Scores {
        width: new.len(),
        rows: vec![(0, vec![0; new.len() + 1])],
    };
    let mut matched = Vec::with_capacity(gone.len());
    for i in 1..=gone.len() {
        let (from, to) = band(i);
        let mut row: Vec<u32> = Vec::with_capacity(to + 1 - from);
        let mut partners = Vec::with_capacity(to + 1 - from);
        for j in from..=to {
            let mut best = scores.get(i - 1, j).unwrap_or(0);
            best = best.max(row.last().copied().unwrap_or(0));
            let diagonal = j
                .checked_sub(1)
                .and_then(|before| Some(scores.get(i - 1, before)? + alike(i - 1, before)?));
            partners.push(diagonal.is_some_and(|score| score > best));
            row.push(diagonal.map_or(best, |score| score.max(best)));
        }
        scores.rows.push((from, row));
        matched.push((from, partners));
    }
    traced(&scores, &matched)
}

fn traced(scores: &Scores, matched: &[(usize, Vec<bool>)]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (matched.len(), scores.width);
    while i > 0 && j > 0 {
        j = j.min(scores.end(i));
        let (from, partners) = &matched[i - 1];
        let here = scores.get(i, j);
        if j > 0 && partners[j - from] {
            (i, j) = (i - 1, j - 1);
            pairs.push((i, j));
        } else if j > *from && scores.get(i, j - 1) == here {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    pairs.reverse();
    pairs
}

/// The words of something, to tell how alike it is to something else.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag(Vec<u64>);

impl Bag {
    pub(super) fn of<T: Hash>(words: impl IntoIterator<Item = T>) -> Self {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut hashes: Vec<_> = words
            .into_iter()
            .map(|word| hasher.hash_one(word))
            .collect();
        hashes.sort_unstable();
        Self(hashes)
    }

    /// How much of both is shared, 0 to 1000; nothing is like nothing.
    pub(super) fn likeness(&self, other: &Self) -> u32 {
        let (mut i, mut j, mut shared) = (0, 0, 0usize);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            shared += usize::from(a == b);
            (i, j) = (i + usize::from(a <= b), j + usize::from(b <= a));
        }
        match self.0.len() + other.0.len() {
            0 => 1_000,
            all => u32::try_from(2_000 * shared / all).unwrap_or(1_000),
        }
    }
}
