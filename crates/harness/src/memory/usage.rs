//! The sum of memory readings. Knows neither clock nor source.

use accel_bench_record::Readings;
use accel_bench_record::stats::{Slope, theil_sen};

/// The most readings that a slope is computed of: its time grows with the square.
const MOST_POINTS: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Point {
    at_nanos: u64,
    /// Iterations so far.
    iterations: u64,
    bytes: u64,
}

/// The readings so far.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Nanoseconds and bytes of the last one.
    last: Option<(u64, u64)>,
    /// Byte-nanoseconds under the readings, and nanoseconds from the first to the last.
    area: f64,
    span: f64,
    /// All readings or, of many, evenly spaced ones.
    points: Vec<Point>,
    /// One in this many readings is a point.
    stride: u64,
    readings: u64,
}

impl Usage {
    /// Makes room ahead: what is read must not grow because it is read.
    pub(super) fn new() -> Self {
        Self { points: Vec::with_capacity(MOST_POINTS), stride: 1, ..Self::default() }
    }

    pub(super) fn read(&mut self, at_nanos: u64, iterations: u64, bytes: u64) {
        if let Some((then, before)) = self.last {
            let nanos = at_nanos.saturating_sub(then) as f64;
            self.area += nanos * (before as f64 + bytes as f64) / 2.0;
            self.span += nanos;
        }
        self.last = Some((at_nanos, bytes));
        if self.readings.is_multiple_of(self.stride) {
            if self.points.len() == MOST_POINTS {
                let mut index = 0;
                self.points.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.stride *= 2;
            }
            self.points.push(Point { at_nanos, iterations, bytes });
        }
        self.readings += 1;
    }

    /// The mean over time, straight lines between the readings; bytes.
    pub(super) fn average(&self) -> Option<f64> {
        let average = self.area / self.span;
        average.is_finite().then_some(average)
    }

    /// Bytes an iteration, at 95 %.
    pub(super) fn growth(&self) -> Option<Slope> {
        let points: Vec<_> =
            self.points.iter().map(|point| (point.iterations as f64, point.bytes as f64)).collect();
        theil_sen(&points, 0.95)
    }

    /// Some of the readings, evenly spaced, from the first on.
    pub(super) fn over_time(&self) -> Readings {
        let step = self.points.len().div_ceil(Readings::MOST).max(1);
        let begin = self.points.first().map_or(0, |first| first.at_nanos);
        let shown = || self.points.iter().step_by(step);
        Readings {
            nanos: shown().map(|point| point.at_nanos.saturating_sub(begin)).collect(),
            bytes: shown().map(|point| point.bytes).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(readings: impl IntoIterator<Item = (u64, u64, u64)>) -> Usage {
        let mut usage = Usage::new();
        readings.into_iter().for_each(|(at, iterations, bytes)| usage.read(at, iterations, bytes));
        usage
    }

    #[test]
    fn the_mean_is_weighted_by_time() {
        // 100 bytes for 9 ns, then 200 for 1 ns, with a step that takes no time.
        let usage = usage([(0, 0, 100), (9, 1, 100), (9, 2, 200), (10, 3, 200)]);
        assert_eq!(usage.average(), Some(110.0));
        assert_eq!(Usage::new().average(), None);
    }

    #[track_caller]
    fn check(readings: u64, bytes: impl Fn(u64) -> u64, expected: f64) {
        let usage = usage((0..readings).map(|at| (at, 3 * at, bytes(at))));
        assert!(usage.points.len() <= MOST_POINTS && usage.points.capacity() == MOST_POINTS);
        let growth = usage.growth().expect("a slope");
        assert!((growth.estimate - expected).abs() < 1e-9, "{growth:?}");
        assert!(growth.interval.expect("an interval").contains(expected));
    }

    #[test]
    fn readings_over_time_are_few_and_from_the_first_on() {
        for (count, expected) in [(0, 0), (3, 3), (64, 64), (65, 33), (100_000, 64)] {
            let Readings { nanos, bytes } = usage((0..count).map(|at| (50 + at, at, 7 * at))).over_time();
            assert!(
                nanos.len() == bytes.len() && nanos.len() <= expected && nanos.len() * 2 >= expected,
                "{count}"
            );
            assert_eq!(nanos.first().copied(), (count > 0).then_some(0));
            assert!(nanos.iter().zip(&bytes).all(|(nanos, bytes)| 7 * nanos == *bytes));
        }
    }

    #[test]
    fn growth_is_by_iteration_however_many_readings() {
        check(10, |at| 1_000 + 30 * at, 10.0);
        check(255, |at| 1_000 + 30 * at, 10.0);
        check(257, |at| 1_000 + 30 * at, 10.0);
        check(100_000, |at| 1_000 + 30 * at, 10.0);
        check(100_000, |_| 77, 0.0);
        // A cache that fills up once is not a growth.
        check(1_000, |at| if at < 300 { 1 << 10 } else { 1 << 24 }, 0.0);
    }
}
