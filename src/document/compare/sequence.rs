//! Sequence alignment with bounded running time.

use std::collections::HashMap;
use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use lectern_pool::checkpoint;

/// Total length up to which the shortest edit script is computed, in quadratic time. Longer
/// sequences are first split at elements that occur once in both.
const EXACT: usize = 3_000;
/// Maximum depth of such splits.
const DEEPEST: usize = 24;
/// Pairs up to which every old element is compared with every new one; beyond it only with its
/// neighbours.
const ALL_PAIRS: usize = 250_000;
/// Number of neighbours on either side.
const BAND: usize = 32;
/// Minimum similarity (of 1000) for treating two elements as one that changed.
pub(super) const SIMILAR: u32 = 330;

/// Minimum similarity (of 1000) at which elements at the same position are paired without a search.
const SURE: u32 = 600;

/// How one or two elements are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairing {
    /// In both, at these positions.
    Both(usize, usize),
    /// Only in the older sequence.
    Removed(usize),
    /// Only in the newer sequence.
    Added(usize),
}

/// Matches equal elements, in order.
pub(super) fn match_equal<T: Eq + Hash>(older: &[T], newer: &[T]) -> Vec<Pairing> {
    let mut numbers = HashMap::new();
    let older = numbered(older, &mut numbers);
    let newer = numbered(newer, &mut numbers);
    let mut out = Vec::with_capacity(older.len().max(newer.len()));
    between(&older, &newer, (0, 0), DEEPEST, &mut out);
    out
}

/// Numbers elements so that equal ones have equal numbers, which are cheap to compare.
fn numbered<'t, T: Eq + Hash>(elements: &'t [T], numbers: &mut HashMap<&'t T, u32>) -> Vec<u32> {
    let number = |element| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(element).or_insert(next)
    };
    elements.iter().map(number).collect()
}

fn between(older: &[u32], newer: &[u32], at: (usize, usize), depth: usize, out: &mut Vec<Pairing>) {
    let head = older.iter().zip(newer).take_while(|(a, b)| a == b).count();
    let rest = older[head..].iter().rev().zip(newer[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    let both = |from: (usize, usize), count: usize| {
        (0..count).map(move |step| Pairing::Both(from.0 + step, from.1 + step))
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

fn middle(a: &[u32], b: &[u32], at: (usize, usize), depth: usize, out: &mut Vec<Pairing>) {
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
            out.push(Pairing::Both(at.0 + i, at.1 + j));
        }
        from = (i + 1, j + 1);
    }
}

fn replaced(gone: usize, new: usize, at: (usize, usize), out: &mut Vec<Pairing>) {
    out.extend((at.0..at.0 + gone).map(Pairing::Removed));
    out.extend((at.1..at.1 + new).map(Pairing::Added));
}

fn exact(a: &[u32], b: &[u32], at: (usize, usize), out: &mut Vec<Pairing>) {
    checkpoint();
    for op in capture_diff_slices(Algorithm::Myers, a, b) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            let pair = |step| Pairing::Both(at.0 + old_index + step, at.1 + new_index + step);
            out.extend((0..len).map(pair));
        } else {
            let place = (at.0 + op.old_range().start, at.1 + op.new_range().start);
            replaced(op.old_range().len(), op.new_range().len(), place, out);
        }
    }
}

/// The longest common subsequence of elements that occur once in both.
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

/// The longest increasing subsequence of second components, for pairs sorted by their first.
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

/// Pairs similar elements that [`match_equal`] left over; `similarity` returns 0 to 1000.
pub(super) fn match_similar(
    pairings: Vec<Pairing>,
    similarity: &dyn Fn(usize, usize) -> u32,
) -> Vec<Pairing> {
    let mut out = Vec::with_capacity(pairings.len());
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for pairing in pairings {
        match pairing {
            Pairing::Removed(at) => gone.push(at),
            Pairing::Added(at) => new.push(at),
            Pairing::Both(..) => {
                pair(&gone, &new, similarity, &mut out);
                (gone, new) = (Vec::new(), Vec::new());
                out.push(pairing);
            }
        }
    }
    pair(&gone, &new, similarity, &mut out);
    out
}

fn pair(
    gone: &[usize],
    new: &[usize],
    similarity: &dyn Fn(usize, usize) -> u32,
    out: &mut Vec<Pairing>,
) {
    let in_place = || (0..gone.len()).all(|at| similarity(gone[at], new[at]) >= SURE);
    let pairs = if gone.is_empty() || new.is_empty() {
        Vec::new()
    } else if gone.len() == new.len() && in_place() {
        (0..gone.len()).map(|at| (at, at)).collect()
    } else {
        best_pairs(gone, new, similarity)
    };
    let mut from = (0, 0);
    for (i, j) in pairs.into_iter().chain([(gone.len(), new.len())]) {
        out.extend(gone[from.0..i].iter().copied().map(Pairing::Removed));
        out.extend(new[from.1..j].iter().copied().map(Pairing::Added));
        if i < gone.len() {
            out.push(Pairing::Both(gone[i], new[j]));
        }
        from = (i + 1, j + 1);
    }
}

/// Best scores of all pairs of prefixes, within a band along the diagonal.
struct Scores {
    width: usize,
    rows: Vec<(usize, Vec<u32>)>,
}

impl Scores {
    /// Returns the score of prefixes of length `i` and `j`; `None` outside the band.
    fn get(&self, i: usize, j: usize) -> Option<u32> {
        let (from, row) = &self.rows[i];
        let at = j.checked_sub(*from)?;
        // Right of the band, the score does not improve.
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
    similarity: &dyn Fn(usize, usize) -> u32,
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
        checkpoint();
        let score = similarity(gone[i], new[j]);
        (score >= SIMILAR).then_some(score)
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
    trace_back(&scores, &matched)
}

fn trace_back(scores: &Scores, matched: &[(usize, Vec<bool>)]) -> Vec<(usize, usize)> {
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

/// A bag of words, for measuring similarity.
#[derive(Debug, Clone, Default)]
pub(super) struct WordBag(Vec<u64>);

impl WordBag {
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

    /// Returns the proportion shared, 0 to 1000; two empty bags are equal.
    pub(super) fn similarity(&self, other: &Self) -> u32 {
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
