//! Where a change lies: the place of the least cost, and those that explain the values nearly as well.

use accel_bench_record::stats::median;

use super::levels::cost;

/// How far from where the search put it, in values.
const AROUND: usize = 8;

/// In 95 of 100 cases the true place costs at most this much more than the best one: half the 95 % quantile of chi-squared with
/// one degree of freedom, as for any likelihood (Wilks 1938).
const AS_LIKELY: f64 = 1.92;

/// The index of the first value at the new level, and the first and last index that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: usize,
    pub(crate) earliest: usize,
    pub(crate) latest: usize,
}

/// Places the change near `change`, between the segment's `start` and `end`.
pub(crate) fn place(
    values: &[f64],
    deviations: &[f64],
    (start, change, end): (usize, usize, usize),
) -> Place {
    let from = (start + 2).max(change.saturating_sub(AROUND));
    let to = (end.saturating_sub(2)).min(change + AROUND);
    let costs: Vec<(usize, f64)> =
        (from..=to).map(|at| (at, split(values, deviations, start, at, end))).collect();
    let best = costs
        .iter()
        .copied()
        .fold((change, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best });
    let likely = || costs.iter().filter(|(_, cost)| *cost <= best.1 + AS_LIKELY).map(|(at, _)| *at);
    Place {
        index: best.0,
        earliest: likely().min().unwrap_or(best.0),
        latest: likely().max().unwrap_or(best.0),
    }
}

/// The cost of both segments, each with its median as its level.
fn split(values: &[f64], deviations: &[f64], start: usize, at: usize, end: usize) -> f64 {
    let of = |from: usize, to: usize| -> f64 {
        let level = median(&values[from..to]).unwrap_or_default();
        let each = values[from..to].iter().zip(&deviations[from..to]);
        each.map(|(value, deviation)| cost((value - level) / deviation)).sum()
    };
    of(start, at) + of(at, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::{normal, with};

    fn placed(values: &[f64], deviation: f64, near: usize) -> Place {
        place(values, &vec![deviation; values.len()], (0, near, values.len()))
    }

    #[test]
    fn a_clear_change_is_at_one_place() {
        let mut values = normal(1, 80, 0.01);
        with(&mut values, 40.., 0.2);
        for near in [34, 40, 47] {
            assert_eq!(placed(&values, 0.01, near), Place { index: 40, earliest: 40, latest: 40 });
        }
    }

    #[test]
    fn the_true_place_is_between_the_ends() {
        let inside = (0..100).filter(|seed| {
            let mut values = normal(*seed, 80, 0.01);
            with(&mut values, 40.., 0.02);
            let place = placed(&values, 0.01, 40);
            assert!(place.earliest <= place.index && place.index <= place.latest);
            (place.earliest..=place.latest).contains(&40)
        });
        let inside = inside.count();
        assert!(inside >= 93, "in {inside} of 100");
    }

    #[test]
    fn both_segments_keep_two_values() {
        let mut values = normal(4, 12, 0.01);
        with(&mut values, 1.., 0.5);
        let place = placed(&values, 0.01, 3);
        assert!((2..=10).contains(&place.index), "{place:?}");
    }
}
