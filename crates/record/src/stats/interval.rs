//! An interval, and that of a mean.

use super::{mean, std_dev, student_t_quantile};

/// Two ends, `low` ≤ `high`, both finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    #[must_use]
    pub fn new(low: f64, high: f64) -> Option<Self> {
        (low.is_finite() && high.is_finite() && low <= high).then_some(Self { low, high })
    }

    /// Centre ± half width.
    #[must_use]
    pub fn around(centre: f64, half_width: f64) -> Option<Self> {
        Self::new(centre - half_width, centre + half_width)
    }

    #[must_use]
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Returns whether all of it lies strictly between two bounds.
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> bool {
        low < self.low && self.high < high
    }
}

/// The interval that holds the mean with probability `level`, for independent normal values: Student,
/// "The Probable Error of a Mean", Biometrika 6 (1908), 1–25.
#[must_use]
pub fn mean_interval(values: &[f64], level: f64) -> Option<Interval> {
    let count = values.len() as f64;
    let standard_error = std_dev(values)? / count.sqrt();
    let t = two_sided_t(level, count - 1.0)?;
    Interval::around(mean(values)?, t * standard_error)
}

/// The t that a share `level` of the distribution lies within, on both sides of zero.
pub(super) fn two_sided_t(level: f64, degrees: f64) -> Option<f64> {
    (0.0 < level && level < 1.0).then(|| student_t_quantile(0.5 + level / 2.0, degrees))?
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    #[test]
    fn a_published_example() {
        // NIST/SEMATECH e-Handbook 1.3.5.2, ZARR13.DAT: mean 9.261460, std 0.022789, N = 195 gives
        // (9.258242, 9.264679). Two groups of values around the mean have the same mean and deviation.
        let (mean, std, count) = (9.261_460, 0.022_789, 195_usize);
        let half = (count - 1) / 2;
        let apart = std * ((count - 1) as f64 / (2 * half) as f64).sqrt();
        let mut values = vec![mean; count - 2 * half];
        values.extend(std::iter::repeat_n(mean - apart, half));
        values.extend(std::iter::repeat_n(mean + apart, half));
        let interval = mean_interval(&values, 0.95).expect("an interval");
        assert!(
            (interval.low - 9.258_242).abs() < 1e-6 && (interval.high - 9.264_679).abs() < 1e-6,
            "{interval:?}"
        );
    }

    #[test]
    fn two_values() {
        let interval = mean_interval(&[1.0, 3.0], 0.95).expect("an interval");
        assert!((interval.high - (2.0 + 12.706_204_736)).abs() < 1e-6);
        assert!((interval.half_width() - 12.706_204_736).abs() < 1e-6);
        assert!(interval.contains(2.0) && interval.within(-11.0, 15.0) && !interval.within(-10.0, 15.0));
    }

    #[test]
    fn what_has_no_interval() {
        assert_eq!(mean_interval(&[1.0], 0.95), None);
        assert_eq!(mean_interval(&[1.0, f64::NAN], 0.95), None);
        assert_eq!(mean_interval(&[1.0, 2.0], 1.0), None);
        assert_eq!(mean_interval(&[1.0, 2.0], 0.0), None);
        assert_eq!(Interval::new(2.0, 1.0), None);
        assert_eq!(Interval::new(f64::NEG_INFINITY, 1.0), None);
    }

    #[test]
    fn covers_as_often_as_it_says() {
        let mut generator = Generator::new(4);
        let trials = 4_000;
        let covered = (0..trials).filter(|_| {
            let values: Vec<f64> = (0..5).map(|_| generator.normal()).collect();
            mean_interval(&values, 0.9).expect("an interval").contains(0.0)
        });
        let share = covered.count() as f64 / f64::from(trials);
        // Three standard errors of a share of 0.9 over 4,000 trials are 0.014.
        assert!((share - 0.9).abs() < 0.0143, "{share}");
    }
}
