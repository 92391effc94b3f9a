//! Which old children stay, change or go, and where new ones come.

use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What happens to the next old child, or comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The old child stays as it is.
    Keep,
    /// The old child becomes this new one.
    Change(usize),
    /// The old child goes.
    Remove,
    /// This new child comes here.
    Insert(usize),
}

/// More children than this are not searched for the best match.
const SEARCHED: usize = 2_000;
/// More pairs than this are matched in order.
const WEIGHED: usize = 10_000;

/// Plans the way from `old` to `new`. `likeness` weighs how well an old child could become a new
/// one, 0 if it cannot.
pub(super) fn plan<K: Eq + Hash + Ord>(
    old: &[K],
    new: &[K],
    likeness: impl Fn(usize, usize) -> usize,
) -> Vec<Step> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let pairs = old.iter().rev().zip(new.iter().rev());
    let end = pairs.take(rest).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let mut steps = vec![Step::Keep; start];
    let (middle_old, middle_new) = (&old[start..old_end], &new[start..new_end]);
    if middle_old.len().max(middle_new.len()) > SEARCHED {
        replace((start, old_end), (start, new_end), &likeness, &mut steps);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, middle_old, middle_new) {
            match op {
                DiffOp::Equal { len, .. } => steps.extend(vec![Step::Keep; len]),
                other => {
                    let (o, n) = (other.old_range(), other.new_range());
                    let old = (start + o.start, start + o.end);
                    let new = (start + n.start, start + n.end);
                    replace(old, new, &likeness, &mut steps);
                }
            }
        }
    }
    steps.extend(vec![Step::Keep; end]);
    steps
}

/// Matches the old children of a range with the new ones that are most like them, in order.
fn replace(
    old: (usize, usize),
    new: (usize, usize),
    likeness: &impl Fn(usize, usize) -> usize,
    steps: &mut Vec<Step>,
) {
    let (rows, columns) = (old.1 - old.0, new.1 - new.0);
    let width = columns + 1;
    let weighed = rows * columns <= WEIGHED;
    let mut best = vec![0usize; if weighed { (rows + 1) * width } else { 0 }];
    let mut pairs = vec![0usize; if weighed { rows * columns } else { 0 }];
    if weighed {
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                let like = likeness(old.0 + row, new.0 + column);
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
            let like = likeness(old.0 + row, new.0 + column);
            (like, true, true)
        };
        if like > 0 && paired_is_best {
            steps.push(Step::Change(new.0 + column));
            (row, column) = (row + 1, column + 1);
        } else if skip_old {
            steps.push(Step::Remove);
            row += 1;
        } else {
            steps.push(Step::Insert(new.0 + column));
            column += 1;
        }
    }
    steps.extend(vec![Step::Remove; rows - row]);
    steps.extend((column..columns).map(|column| Step::Insert(new.0 + column)));
}

#[cfg(test)]
mod tests {
    use super::Step::{Change, Insert, Keep, Remove};
    use super::*;

    fn like(old: &[&str], new: &[&str]) -> Vec<Step> {
        plan(old, new, |i, j| {
            usize::from(old[i].chars().next() == new[j].chars().next())
        })
    }

    #[test]
    fn what_is_equal_stays_and_what_is_alike_changes() {
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
