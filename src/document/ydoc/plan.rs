//! Plans which old children to keep, change or remove, and where to insert new ones.

use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What to do with the next old child, or before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildEdit {
    /// Keep the old child.
    Keep,
    /// Turn the old child into this new one.
    Change(usize),
    /// Remove the old child.
    Remove,
    /// Insert this new child here.
    Insert(usize),
}

/// Maximum number of children for which the best match is searched.
const SEARCHED: usize = 2_000;
/// Maximum number of pairs that are weighed; beyond it children are matched in order.
const WEIGHED: usize = 10_000;

/// Plans the edits from `old` to `new`. `similarity` rates how well an old child could become a new
/// one, 0 if it cannot.
pub(super) fn plan<K: Eq + Hash + Ord>(
    old: &[K],
    new: &[K],
    similarity: impl Fn(usize, usize) -> usize,
) -> Vec<ChildEdit> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let pairs = old.iter().rev().zip(new.iter().rev());
    let end = pairs.take(rest).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let mut steps = vec![ChildEdit::Keep; start];
    let (middle_old, middle_new) = (&old[start..old_end], &new[start..new_end]);
    if middle_old.len().max(middle_new.len()) > SEARCHED {
        replace((start, old_end), (start, new_end), &similarity, &mut steps);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, middle_old, middle_new) {
            match op {
                DiffOp::Equal { len, .. } => steps.extend(vec![ChildEdit::Keep; len]),
                other => {
                    let (o, n) = (other.old_range(), other.new_range());
                    let old = (start + o.start, start + o.end);
                    let new = (start + n.start, start + n.end);
                    replace(old, new, &similarity, &mut steps);
                }
            }
        }
    }
    steps.extend(vec![ChildEdit::Keep; end]);
    steps
}

/// Matches the old children of a range with the most similar new ones, in order.
fn replace(
    old: (usize, usize),
    new: (usize, usize),
    similarity: &impl Fn(usize, usize) -> usize,
    steps: &mut Vec<ChildEdit>,
) {
    let (rows, columns) = (old.1 - old.0, new.1 - new.0);
    let width = columns + 1;
    let weighed = rows * columns <= WEIGHED;
    let mut best = vec![0usize; if weighed { (rows + 1) * width } else { 0 }];
    let mut pairs = vec![0usize; if weighed { rows * columns } else { 0 }];
    if weighed {
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                let like = similarity(old.0 + row, new.0 + column);
                pairs[row * columns + column] = like;
                let paired = match like {
                    0 => 0,
                    like => like + best[(row + 1) * width + column + 1],
                };
                best[row * width + column] = paired
                    .max(best[(row + 1) * width + column])
                    .max(best[row * width + column + 1]);
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let (like, paired_is_best, skip_old) = if weighed {
            let like = pairs[row * columns + column];
            let paired = like + best[(row + 1) * width + column + 1];
            let here = best[row * width + column];
            (
                like,
                paired == here,
                best[(row + 1) * width + column] == here,
            )
        } else {
            let like = similarity(old.0 + row, new.0 + column);
            (like, true, true)
        };
        if like > 0 && paired_is_best {
            steps.push(ChildEdit::Change(new.0 + column));
            (row, column) = (row + 1, column + 1);
        } else if skip_old {
            steps.push(ChildEdit::Remove);
            row += 1;
        } else {
            steps.push(ChildEdit::Insert(new.0 + column));
            column += 1;
        }
    }
    steps.extend(vec![ChildEdit::Remove; rows - row]);
    steps.extend((column..columns).map(|column| ChildEdit::Insert(new.0 + column)));
}

#[cfg(test)]
mod tests {
    use super::ChildEdit::{Change, Insert, Keep, Remove};
    use super::*;

    fn like(old: &[&str], new: &[&str]) -> Vec<ChildEdit> {
        plan(old, new, |i, j| {
            usize::from(old[i].chars().next() == new[j].chars().next())
        })
    }

    #[test]
    fn equal_children_stay_and_similar_ones_change() {
        assert_eq!(
            like(&["a1", "b1", "c1"], &["a1", "b2", "c1"]),
            [Keep, Change(1), Keep]
        );
        assert_eq!(like(&["a1"], &["b1", "a1"]), [Insert(0), Keep]);
        assert_eq!(like(&["a1", "b1"], &["b2"]), [Remove, Change(0)]);
        assert_eq!(like(&["a1"], &["b1", "a2"]), [Insert(0), Change(1)]);
        assert_eq!(like(&[], &["a"]), [Insert(0)]);
    }

    #[test]
    fn long_ranges_are_matched_in_order() {
        let old: Vec<_> = (0..3_000).collect();
        let new: Vec<_> = (3_000..6_000).collect();
        let steps = plan(&old, &new, |_, _| 1);
        assert_eq!(steps.len(), 3_000);
        assert!(steps.iter().all(|step| matches!(step, Change(_))));
    }
}
