//! The levels that explain a series best: those of the least cost, where each change of the level costs something, and no value costs
//! more than an outlier (Fearnhead and Rigaill, "Changepoint Detection in the Presence of Outliers", 2019; here on a grid of
//! levels, by the algorithm of Viterbi).

/// The most that a value costs: that of one 2.5 standard deviations away. What lies farther is an outlier, however far.
pub(crate) const OUTLIER: f64 = 3.2;

/// Levels are tried this far apart, in standard deviations.
const STEP: f64 = 0.35;

/// More levels would not be distinguishable.
const MOST_LEVELS: usize = 600;
const LEAST_LEVELS: usize = 20;

/// The cost of a value this many standard deviations away from its level: half the square, as for normal noise.
pub(crate) fn cost(deviations: f64) -> f64 {
    (deviations * deviations / 2.0).min(OUTLIER)
}

/// An explanation of a series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Levels {
    pub(crate) cost: f64,
    /// The indices of the first values at a new level.
    pub(crate) changes: Vec<usize>,
}

/// Finds the cheapest explanation of `values` with these standard deviations, where a change costs `penalty`.
pub(crate) fn levels(values: &[f64], deviations: &[f64], penalty: f64) -> Levels {
    let grid = grid(values, deviations);
    let mut costs = vec![0.0; grid.len()];
    // For each value, which levels are cheaper to come to by a change; and from which level the change is.
    let mut changed: Vec<Vec<bool>> = Vec::with_capacity(values.len());
    let mut from: Vec<usize> = Vec::with_capacity(values.len());
    for (at, (value, deviation)) in values.iter().zip(deviations).enumerate() {
        let (cheapest, least) = least(&costs);
        let with_change = if at == 0 { f64::INFINITY } else { least + penalty };
        changed.push(costs.iter().map(|cost| with_change < *cost).collect());
        from.push(cheapest);
        for (so_far, level) in costs.iter_mut().zip(&grid) {
            *so_far = so_far.min(with_change) + cost((value - level) / deviation);
        }
    }
    let (mut level, total) = least(&costs);
    let mut changes = Vec::new();
    for at in (1..values.len()).rev() {
        if changed[at][level] {
            changes.push(at);
            level = from[at];
        }
    }
    changes.reverse();
    Levels { cost: total, changes }
}

fn least(costs: &[f64]) -> (usize, f64) {
    costs
        .iter()
        .copied()
        .enumerate()
        .fold((0, f64::INFINITY), |best, (at, cost)| if cost < best.1 { (at, cost) } else { best })
}

/// Evenly spaced, over all but the most extreme values.
fn grid(values: &[f64], deviations: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let smallest = deviations.iter().copied().fold(f64::INFINITY, f64::min);
    let tail = sorted.len() / 100;
    let (low, high) = (sorted[tail] - 2.0 * smallest, sorted[sorted.len() - 1 - tail] + 2.0 * smallest);
    let wanted = ((high - low) / (STEP * smallest)).ceil();
    let count = (wanted as usize).clamp(LEAST_LEVELS, MOST_LEVELS);
    (0..=count).map(|at| low + (high - low) * at as f64 / count as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::{normal, with};

    fn changes(values: &[f64], deviation: f64, penalty: f64) -> Vec<usize> {
        levels(values, &vec![deviation; values.len()], penalty).changes
    }

    #[test]
    fn outliers_cost_no_more_than_others() {
        assert_eq!(cost(1.0), 0.5);
        assert_eq!(cost(-1.0), 0.5);
        assert_eq!((cost(100.0), cost(-1e9)), (OUTLIER, OUTLIER));
    }

    #[test]
    fn steps_are_found_where_they_are() {
        let mut values = normal(1, 120, 0.01);
        assert_eq!(changes(&values, 0.01, 8.0), [] as [usize; 0]);
        with(&mut values, 40.., 0.1);
        with(&mut values, 80.., -0.2);
        assert_eq!(changes(&values, 0.01, 8.0), [40, 80]);
    }

    #[test]
    fn what_costs_more_than_it_saves_is_not_a_change() {
        let mut values = normal(2, 60, 0.01);
        with(&mut values, 30..31, 0.5);
        assert_eq!(changes(&values, 0.01, 8.0), [] as [usize; 0], "a spike costs less than two changes");
        with(&mut values, 30.., 0.1);
        assert_eq!(changes(&values, 0.01, 1e6), [] as [usize; 0]);
    }

    #[test]
    fn the_cost_is_that_of_the_values() {
        let found = levels(&[1.0; 10], &[0.1; 10], 5.0);
        assert!(found.cost < 0.5 && found.changes.is_empty(), "{found:?}");
        let stepped = [[1.0; 5], [2.0; 5]].concat();
        let found = levels(&stepped, &[0.1; 10], 5.0);
        assert_eq!(found.changes, [5]);
        assert!((5.0..5.5).contains(&found.cost), "the penalty, and hardly more: {found:?}");
    }
}
