//! From a series to its change points.

use serde::{Deserialize, Serialize};

use super::evidence::{SHORTEST, Sides};
use super::levels::{Levels, levels};
use super::noise::{correlation, deviations};
use super::place::place;

/// A commit from which on a series has another level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// The index of the first value at the new level.
    pub index: usize,
    /// The first and the last index that it may be, in 95 of 100 cases.
    pub earliest: usize,
    pub latest: usize,
    /// New level / old level.
    pub ratio: f64,
    /// The change in standard errors of itself, by the noise of both levels.
    pub score: f64,
}

/// The cost of a change, in logarithms of the series' length: the less, the more are found, and found that are none.
const PENALTY: f64 = 1.6;

/// How much dearer changes are while the correlation of the noise is not known.
const FIRST: f64 = 1.5;

/// A smaller correlation is not distinguishable from zero.
const CORRELATED: f64 = 0.15;

/// Slopes that are tried over the whole series, as a logarithm: a drift has no change point.
const STEEPEST: f64 = 0.03;
const SLOPES: i32 = 6;

/// The change points of a series of positive values, in the order of the commits. Outliers and spikes of single commits are none,
/// nor is a steady drift, a change of the noise alone, or a machine with two speeds.
#[must_use]
pub fn change_points(values: &[f64]) -> Vec<ChangePoint> {
    if values.len() < 2 * SHORTEST || values.iter().any(|value| !(value.is_finite() && *value > 0.0)) {
        return Vec::new();
    }
    let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let noise = deviations(&logarithms);
    let penalty = PENALTY * (values.len() as f64).ln();
    // Dear changes first: cheap ones would explain correlated noise as levels, and hide it.
    let first = levels(&logarithms, &noise, FIRST * penalty);
    let inflation = inflation(&logarithms, &first.changes);
    let widened: Vec<f64> = noise.iter().map(|deviation| deviation * inflation.sqrt()).collect();
    let (levelled, found) = without_drift(&logarithms, &widened, penalty);
    let kept = kept(&levelled, &noise, inflation, found.changes);
    let segments = kept.iter().enumerate().map(|(at, change)| segment(&kept, at, *change, values.len()));
    segments.map(|segment| change_point(&levelled, &noise, inflation, segment)).collect()
}

/// By how much correlated noise widens the spread of a mean: (1 + ρ) / (1 − ρ) for an autoregressive series.
fn inflation(values: &[f64], changes: &[usize]) -> f64 {
    let starts: Vec<usize> = std::iter::once(0).chain(changes.iter().copied()).collect();
    match correlation(values, &starts) {
        rho if rho > CORRELATED => (1.0 + rho) / (1.0 - rho),
        _ => 1.0,
    }
}

/// The series without the slope that explains it best together with its levels, and these levels. A slope has to earn its keep like
/// a change does.
fn without_drift(values: &[f64], noise: &[f64], penalty: f64) -> (Vec<f64>, Levels) {
    let flat = levels(values, noise, penalty);
    if flat.changes.is_empty() {
        return (values.to_vec(), flat);
    }
    let mut best = (values.to_vec(), flat);
    let last = values.len() as f64 - 1.0;
    for slope in (-SLOPES..=SLOPES).filter(|slope| *slope != 0) {
        let slope = STEEPEST * f64::from(slope) / f64::from(SLOPES);
        let tilted = values.iter().enumerate().map(|(at, value)| value - slope * (at as f64 / last - 0.5));
        let tilted: Vec<f64> = tilted.collect();
        let found = levels(&tilted, noise, penalty);
        let found = Levels { cost: found.cost + penalty, ..found };
        if found.cost < best.1.cost {
            best = (tilted, found);
        }
    }
    best
}

/// Leaves out the least sure change as long as one fails the test between its neighbours.
fn kept(values: &[f64], noise: &[f64], inflation: f64, mut changes: Vec<usize>) -> Vec<usize> {
    loop {
        let doubtful = changes.iter().enumerate().filter_map(|(at, change)| {
            let (start, change, end) = segment(&changes, at, *change, values.len());
            let sides = Sides::of(values, start, change, end);
            let deviation = accel_bench_record::stats::median(&noise[start..end]).unwrap_or_default();
            (!sides.differ(deviation, inflation)).then(|| (at, sides.rank_sum(inflation)))
        });
        let Some((worst, _)) = doubtful.min_by(|one, other| one.1.total_cmp(&other.1)) else {
            return changes;
        };
        changes.remove(worst);
    }
}

/// From the change before this one to the one after it.
fn segment(changes: &[usize], at: usize, change: usize, length: usize) -> (usize, usize, usize) {
    let start = at.checked_sub(1).map_or(0, |before| changes[before]);
    (start, change, changes.get(at + 1).copied().unwrap_or(length))
}

fn change_point(
    values: &[f64],
    noise: &[f64],
    inflation: f64,
    segment: (usize, usize, usize),
) -> ChangePoint {
    let place = place(values, noise, segment);
    let (start, _, end) = segment;
    let sides = Sides::of(values, start, place.index, end);
    let deviation = accel_bench_record::stats::median(&noise[start..end]).unwrap_or_default();
    ChangePoint {
        index: place.index,
        earliest: place.earliest,
        latest: place.latest,
        ratio: sides.shift().exp(),
        score: sides.score(deviation, inflation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::{normal, with};

    /// A series of milliseconds from its logarithms.
    fn series(logarithms: &[f64]) -> Vec<f64> {
        logarithms.iter().map(|value| 20.0 * value.exp()).collect()
    }

    fn found(logarithms: &[f64]) -> Vec<usize> {
        change_points(&series(logarithms)).into_iter().map(|point| point.index).collect()
    }

    /// In how many of a hundred series of this noise any change is found.
    fn false_alarms(change: impl Fn(u64, &mut Vec<f64>)) -> usize {
        let has_any = |seed: &u64| {
            let mut values = normal(*seed, 200, 0.01);
            change(*seed, &mut values);
            !found(&values).is_empty()
        };
        (0..100).filter(has_any).count()
    }

    #[test]
    fn noise_is_not_a_change() {
        assert!(false_alarms(|_, _| ()) <= 5);
    }

    #[test]
    fn spikes_and_outliers_are_none() {
        let spikes =
            |_: u64, values: &mut Vec<f64>| [30, 90, 91, 150].iter().for_each(|at| values[*at] += 0.6);
        assert!(false_alarms(spikes) <= 5);
        let outliers = |seed: u64, values: &mut Vec<f64>| {
            let mut chance = fastrand::Rng::with_seed(seed);
            values
                .iter_mut()
                .for_each(|value| *value += if chance.f64() < 0.05 { 0.2 * chance.f64() } else { 0.0 });
        };
        assert!(false_alarms(outliers) <= 5);
    }

    #[test]
    fn a_drift_a_louder_machine_and_two_speeds_are_none() {
        let drift = |_: u64, values: &mut Vec<f64>| {
            values.iter_mut().enumerate().for_each(|(at, value)| *value += 0.03 * at as f64 / 200.0);
        };
        assert!(false_alarms(drift) <= 10);
        let louder = |_: u64, values: &mut Vec<f64>| values[100..].iter_mut().for_each(|value| *value *= 3.0);
        assert!(false_alarms(louder) <= 10);
        let speeds = |seed: u64, values: &mut Vec<f64>| {
            let mut chance = fastrand::Rng::with_seed(seed);
            values
                .iter_mut()
                .for_each(|value| *value = 0.3 * *value + if chance.f64() < 0.2 { 0.08 } else { 0.0 });
        };
        assert!(false_alarms(speeds) <= 10);
    }

    #[test]
    fn steps_are_found_with_their_size_and_interval() {
        let (mut near, mut inside) = (0, 0);
        for seed in 0..100 {
            let mut values = normal(seed, 200, 0.01);
            with(&mut values, 80.., 0.04);
            let points = change_points(&series(&values));
            let hit = points.iter().find(|point| point.index.abs_diff(80) <= 1);
            near += usize::from(hit.is_some() && points.len() == 1);
            inside += usize::from(hit.is_some_and(|point| (point.earliest..=point.latest).contains(&80)));
            if let Some(point) = hit {
                assert!((point.ratio - 0.04_f64.exp()).abs() < 0.01, "{point:?}");
            }
        }
        assert!(near >= 90 && inside >= 90, "{near} found, {inside} within their interval");
    }

    #[test]
    fn several_steps_both_ways() {
        let mut values = normal(11, 300, 0.005);
        with(&mut values, 60.., 0.05);
        with(&mut values, 140.., -0.08);
        with(&mut values, 220.., 0.03);
        let points = change_points(&series(&values));
        assert_eq!(points.iter().map(|point| point.index).collect::<Vec<_>>(), [60, 140, 220]);
        let slower: Vec<_> = points.iter().map(|point| point.ratio > 1.0).collect();
        assert_eq!(slower, [true, false, true]);
    }

    #[test]
    fn steps_in_a_drift() {
        let mut values = normal(9, 200, 0.004);
        values.iter_mut().enumerate().for_each(|(at, value)| *value -= 0.02 * at as f64 / 200.0);
        with(&mut values, 100.., 0.05);
        assert_eq!(found(&values), [100]);
    }

    #[test]
    fn series_that_say_nothing() {
        assert_eq!(change_points(&[]), []);
        assert_eq!(change_points(&[1.0, 1.0, 1.0, 2.0, 2.0, 2.0]), [], "too short");
        assert_eq!(change_points(&[5.0; 50]), []);
        let with_a_hole = |hole: f64| {
            let mut values = vec![5.0; 50];
            values[20] = hole;
            change_points(&values)
        };
        assert_eq!([0.0, -1.0, f64::NAN, f64::INFINITY].map(with_a_hole), [vec![], vec![], vec![], vec![]]);
        let stepped = [[5.0; 20], [6.0; 20]].concat();
        let points = change_points(&stepped);
        assert_eq!(points.len(), 1, "{points:?}");
        assert_eq!((points[0].index, points[0].earliest, points[0].latest), (20, 20, 20));
    }
}
