//! A series over time: its level, the changes and their causes, and single values far off.

use accel_bench_record::Direction;
use accel_bench_record::stats::{median, median_absolute_deviation, normal_tail};

use crate::detect::ChangePoint;
use crate::memory::Memory;
use crate::parallel::in_parallel;
use crate::series::Series;

/// A value this many standard deviations away from its level is a spike.
const SPIKE: f64 = 5.0;

/// And at least this far, as a logarithm.
const LEAST_SPIKE: f64 = 0.05;

/// The standard deviation of normal values in units of their median absolute deviation (Hampel, 1974).
const OF_NORMAL: f64 = 1.4826;

/// At most this share of the changes that are reported over all series are expected to be false (Benjamini and Hochberg, "Controlling
/// the False Discovery Rate", 1995).
const FALSE_DISCOVERIES: f64 = 0.05;

/// A series with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    pub series: Series,
    /// The median since the last change, in the series' unit; `None` without any value.
    pub level: Option<f64>,
    /// The standard deviation since then as a share of the level.
    pub noise: Option<f64>,
    /// In the order of the commits.
    pub changes: Vec<Change>,
    /// The indices of single values far from their level.
    pub spikes: Vec<usize>,
}

/// A change of the level.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub point: ChangePoint,
    pub cause: Cause,
}

/// The cause of a change, as far as the runs show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The code of a commit, as far as is known.
    Commits,
    /// The toolchain, the build, drivers or the system changed where the level did: `name: one → other`.
    Setup(Vec<String>),
}

/// The way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Worse,
    Better,
    /// The metric has no better direction.
    Other,
}

impl Change {
    #[must_use]
    pub fn way(&self, better: Direction) -> Way {
        match (better, self.point.ratio > 1.0) {
            (Direction::Neither, _) => Way::Other,
            (Direction::Lower, true) | (Direction::Higher, false) => Way::Worse,
            (Direction::Lower, false) | (Direction::Higher, true) => Way::Better,
        }
    }

    /// How much worse or better, as a share: 0.05 where a time rose by 5 %, or a rate fell to 1/1.05.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.point.ratio.max(1.0 / self.point.ratio) - 1.0
    }
}

/// Finds the changes in each of these series that hold against all series that were looked at: the more values, the more of them look
/// like a change by chance. What `memory` has of a series is taken up, and it remembers what was found.
#[must_use]
pub fn trends(series: Vec<Series>, memory: &mut Memory) -> Vec<Trend> {
    let places: usize = series.iter().map(|series| series.points.len()).sum();
    let found = memory.changes(&series);
    let surest = surest(&found, places);
    let points = |found: Vec<ChangePoint>| found.into_iter().filter(|point| point.score >= surest).collect();
    in_parallel(series.into_iter().zip(found).collect(), |(series, found)| Trend::of(series, points(found)))
}

/// The score from which on changes are believed.
fn surest(found: &[Vec<ChangePoint>], places: usize) -> f64 {
    let mut scores: Vec<f64> = found.iter().flatten().map(|point| point.score).collect();
    scores.sort_by(|one, other| other.total_cmp(one));
    let is_believed = |(rank, score): &(usize, &f64)| {
        let chance = 2.0 * normal_tail(**score).unwrap_or_default();
        chance <= FALSE_DISCOVERIES * (*rank + 1) as f64 / places as f64
    };
    scores.iter().enumerate().rfind(is_believed).map_or(f64::INFINITY, |(_, score)| *score)
}

impl Trend {
    fn of(series: Series, points: Vec<ChangePoint>) -> Self {
        let values = series.values();
        let last = points.last().map_or(0, |point| point.index);
        let level = median(&values[last..]);
        let noise = level.and_then(|level| {
            let spread = median_absolute_deviation(&values[last..])?;
            Some(OF_NORMAL * spread / level.abs()).filter(|share| share.is_finite())
        });
        let spikes = spikes(&values, &points);
        let changes = points.into_iter().map(|point| Change { cause: cause(&series, &point), point });
        Self { changes: changes.collect(), series, level, noise, spikes }
    }
}

/// Setup differences between the last value that is surely at the old level and the first that is surely at the new one.
fn cause(series: &Series, point: &ChangePoint) -> Cause {
    let setup = |at: usize| &series.points[at].run.setup;
    let steps = point.earliest.max(1)..=point.latest;
    let differences: Vec<_> = steps.flat_map(|at| setup(at - 1).differences(setup(at))).collect();
    if differences.is_empty() { Cause::Commits } else { Cause::Setup(differences) }
}

fn spikes(values: &[f64], points: &[ChangePoint]) -> Vec<usize> {
    let starts = std::iter::once(0).chain(points.iter().map(|point| point.index));
    let ends = points.iter().map(|point| point.index).chain([values.len()]);
    let mut spikes = Vec::new();
    for (start, end) in starts.zip(ends) {
        let logarithms: Vec<f64> = values[start..end].iter().map(|value| value.ln()).collect();
        let (Some(level), Some(spread)) = (median(&logarithms), median_absolute_deviation(&logarithms))
        else {
            continue;
        };
        let far = (SPIKE * OF_NORMAL * spread).max(LEAST_SPIKE);
        let is_far = |at: &usize| (logarithms[*at] - level).abs() > far;
        spikes.extend((0..logarithms.len()).filter(is_far).map(|at| start + at));
    }
    spikes
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::detect::sample_tests::{normal, with};
    use crate::facts::Setup;
    use crate::sample_tests::series;
    use crate::series::Moment;

    /// Milliseconds with this noise and a step of this size at commit 50.
    fn stepped(seed: u64, deviation: f64, step: f64) -> Series {
        let mut logarithms = normal(seed, 100, deviation);
        with(&mut logarithms, 50.., step);
        let values: Vec<f64> = logarithms.iter().map(|value| 20.0 * value.exp()).collect();
        series("squares", "epyc", &values)
    }

    fn only(series: Series) -> Trend {
        trends(vec![series], &mut Memory::default()).pop().expect("a trend")
    }

    #[test]
    fn a_step_has_its_size_its_way_and_the_level_since() {
        let trend = only(stepped(1, 0.005, 0.05));
        let [change] = trend.changes.as_slice() else { panic!("{:?}", trend.changes) };
        assert_eq!((change.point.index, &change.cause), (50, &Cause::Commits));
        assert!((change.size() - 0.051).abs() < 0.005, "{}", change.size());
        let ways = [Direction::Lower, Direction::Higher, Direction::Neither].map(|better| change.way(better));
        assert_eq!(ways, [Way::Worse, Way::Better, Way::Other]);
        assert!(trend.level.is_some_and(|level| (level - 21.03).abs() < 0.1), "{:?}", trend.level);
        assert!(trend.noise.is_some_and(|noise| (0.003..0.008).contains(&noise)), "{:?}", trend.noise);
    }

    #[test]
    fn a_change_that_came_with_another_compiler_is_shown_as_that() {
        let mut series = stepped(2, 0.005, -0.05);
        for point in &mut series.points[50..] {
            let setup = Setup { toolchain: "rustc 2".into(), ..Setup::default() };
            point.run = Arc::new(Moment { setup, ..Moment::clone(&point.run) });
        }
        let trend = only(series);
        let differences = vec!["toolchain: none → rustc 2".to_owned()];
        assert_eq!(trend.changes[0].cause, Cause::Setup(differences));
        assert!((trend.changes[0].size() - 0.051).abs() < 0.005, "an improvement is as large");
    }

    #[test]
    fn single_values_far_away_are_spikes() {
        let mut series = stepped(3, 0.01, 0.0);
        series.points[30].value *= 1.6;
        series.points[70].value /= 2.0;
        let trend = only(series);
        assert_eq!((trend.changes.len(), trend.spikes), (0, vec![30, 70]));
    }

    #[test]
    fn a_series_without_values_has_no_level() {
        let trend = only(series("squares", "epyc", &[]));
        assert_eq!((trend.level, trend.noise, trend.changes.len()), (None, None, 0));
    }

    #[test]
    fn the_more_series_the_surer_a_change_has_to_be() {
        let point =
            |score: f64| vec![ChangePoint { index: 50, earliest: 50, latest: 50, ratio: 1.05, score }];
        // Two-sided, a score of 4 comes by chance once in 15,787 places, one of 6 once in 5e8.
        assert_eq!(surest(&[point(4.0)], 500), 4.0);
        assert_eq!(surest(&[point(4.0)], 5_000), f64::INFINITY);
        assert_eq!(surest(&[point(6.0), point(4.0)], 5_000), 6.0);
        let many: Vec<_> = (0..40).map(|_| point(6.0)).chain([point(4.0)]).collect();
        assert_eq!(surest(&many, 5_000), 4.0, "among many changes one more is believed sooner");
        assert_eq!(surest(&[], 5_000), f64::INFINITY);
    }

    #[test]
    fn many_quiet_series_have_no_changes() {
        let noise = (0..200).map(|seed| stepped(seed, 0.01, 0.0)).collect();
        let found: usize =
            trends(noise, &mut Memory::default()).iter().map(|trend| trend.changes.len()).sum();
        assert!(found <= 2, "{found} in 20,000 values");
    }
}
