//! The test of whether the values before and after a place differ: by ranks, so that no outlier decides, and by enough to matter.

use std::f64::consts::FRAC_PI_2;

use accel_bench_record::stats::{centred_ranks, median};

/// Fewer values do not make a level.
pub(crate) const SHORTEST: usize = 5;

/// Smaller changes are not looked for, as a logarithm: 0.8 %.
const SMALLEST: f64 = 0.008;

/// Nor those of less than this many standard deviations.
const OF_NOISE: f64 = 0.9;

/// The standardised rank sum from which on it is believed: two-sided, once in 370 places that do not differ.
const SURE: f64 = 3.0;

/// Two neighbouring segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides<'v> {
    pub(crate) before: &'v [f64],
    pub(crate) after: &'v [f64],
}

impl<'v> Sides<'v> {
    pub(crate) fn of(values: &'v [f64], start: usize, change: usize, end: usize) -> Self {
        Self { before: &values[start..change], after: &values[change..end] }
    }

    /// The difference of the medians.
    pub(crate) fn shift(&self) -> f64 {
        median(self.after).unwrap_or_default() - median(self.before).unwrap_or_default()
    }

    /// The rank sum of Wilcoxon, Mann and Whitney, standardised; correlated values count for less, by `inflation` of the variance.
    pub(crate) fn rank_sum(&self, inflation: f64) -> f64 {
        let both: Vec<f64> = self.before.iter().chain(self.after).copied().collect();
        let (before, after) = (self.before.len() as f64, self.after.len() as f64);
        // U differs from its expectation by the sum, on one side, of the ranks less their mean.
        let ranks = centred_ranks(&both).unwrap_or_default();
        let sum: f64 = ranks.iter().take(self.before.len()).sum();
        let spread = (before * after * (before + after + 1.0) / 12.0 * inflation).sqrt();
        if spread > 0.0 { sum.abs() / spread } else { 0.0 }
    }

    /// The difference of the medians in standard errors, where both sides have this standard deviation. The variance of a median is π/2
    /// times that of a mean of normal values (Kendall and Stuart, "The Advanced Theory of Statistics", volume 1, 1977, 10.12).
    pub(crate) fn score(&self, deviation: f64, inflation: f64) -> f64 {
        let (before, after) = (self.before.len() as f64, self.after.len() as f64);
        let variance = inflation * FRAC_PI_2 * deviation * deviation * (1.0 / before + 1.0 / after);
        self.shift().abs() / variance.sqrt()
    }

    /// Says whether they differ surely, and by enough: `deviation` is the noise there.
    pub(crate) fn differ(&self, deviation: f64, inflation: f64) -> bool {
        let shift = self.shift().abs();
        self.before.len().min(self.after.len()) >= SHORTEST
            && shift >= SMALLEST
            && shift >= OF_NOISE * deviation
            && self.rank_sum(inflation) >= SURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::sample_tests::normal;

    fn sides<'v>(before: &'v [f64], after: &'v [f64]) -> Sides<'v> {
        Sides { before, after }
    }

    #[test]
    fn the_rank_sum_is_that_of_the_tables() {
        // U = 0 of 25: (0 - 12.5) / sqrt(5 * 5 * 11 / 12) = -2.611.
        let found = sides(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]).rank_sum(1.0);
        assert!((found - 2.611).abs() < 0.001, "{found}");
        let mixed = sides(&[1.0, 4.0, 5.0, 8.0], &[2.0, 3.0, 6.0, 7.0]).rank_sum(1.0);
        assert_eq!(mixed, 0.0);
        let halved = sides(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]).rank_sum(4.0);
        assert!((halved - found / 2.0).abs() < 1e-9);
        assert_eq!(sides(&[], &[]).rank_sum(1.0), 0.0);
    }

    #[test]
    fn the_score_is_the_shift_in_standard_errors() {
        // 0.1 / sqrt(π/2 * 0.01² * (1/5 + 1/5)) = 12.62.
        let found = sides(&[1.0; 5], &[1.1; 5]).score(0.01, 1.0);
        assert!((found - 12.615_7).abs() < 0.001, "{found}");
        let correlated = sides(&[1.0; 5], &[1.1; 5]).score(0.01, 4.0);
        assert!((correlated - found / 2.0).abs() < 1e-9);
    }

    #[test]
    fn sides_differ_surely_and_by_enough() {
        let (low, noise) = (normal(1, 40, 0.01), normal(2, 40, 0.01));
        let by = |shift: f64| noise.iter().map(|value| value + shift).collect::<Vec<_>>();
        let differ =
            |shift: f64, deviation: f64, inflation: f64| sides(&low, &by(shift)).differ(deviation, inflation);
        assert!(differ(0.03, 0.01, 1.0) && differ(-0.03, 0.01, 1.0));
        assert!(!differ(0.03, 0.01, 100.0), "correlated values say less");
        assert!(!differ(0.03, 0.05, 1.0), "the noise is larger");
        assert!(!differ(0.0, 0.01, 1.0));
        assert!(!sides(&low[..4], &by(0.5)).differ(0.01, 1.0), "four values do not make a level");
        let exact = sides(&[1.0; 20], &[1.005; 20]);
        assert!(!exact.differ(1e-5, 1.0), "half a percent does not matter, however sure");
        assert!((exact.shift() - 0.005).abs() < 1e-12);
    }
}
