//! The centre of values whose ratios matter, such as the times of one case in several processes.

use super::{Interval, mean, mean_interval};

/// The exponential of the mean logarithm: the mean under which a ratio of means is the mean of the ratios
/// (Fleming and Wallace, "How Not to Lie with Statistics", CACM 29 (1986), 218–221). Positive values only.
#[must_use]
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    mean(&logs_over(first, values)?).map(|log| first * log.exp())
}

/// The interval of the geometric mean: Student's on the logarithms.
#[must_use]
pub fn geometric_mean_interval(values: &[f64], level: f64) -> Option<Interval> {
    let first = *values.first()?;
    let interval = mean_interval(&logs_over(first, values)?, level)?;
    Interval::new(first * interval.low.exp(), first * interval.high.exp())
}

/// Logarithms of the ratios to one of the values: equal values then have exactly themselves as their mean.
fn logs_over(first: f64, values: &[f64]) -> Option<Vec<f64>> {
    let first = logs(&[first])?[0];
    Some(logs(values)?.iter().map(|log| log - first).collect())
}

/// Natural logarithms, when all values are positive and finite.
pub(super) fn logs(values: &[f64]) -> Option<Vec<f64>> {
    values.iter().map(|&value| (value > 0.0 && value.is_finite()).then(|| value.ln())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        let found = found.expect("a value");
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn known_answers() {
        close(geometric_mean(&[1.0, 4.0]), 2.0);
        close(geometric_mean(&[10.0, 1_000.0, 100.0]), 100.0);
        close(geometric_mean(&[1e300, 1e-300]), 1.0);
        assert_eq!(geometric_mean(&[100.1; 5]), Some(100.1));
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        assert_eq!(geometric_mean(&[1.0, -1.0]), None);
        assert_eq!(geometric_mean(&[1.0, f64::INFINITY]), None);
    }

    #[test]
    fn the_interval_scales_with_the_values_and_holds_the_mean() {
        let mut generator = Generator::new(5);
        for size in 2..30 {
            let values = generator.lognormals(size, 50.0, 0.1);
            let interval = geometric_mean_interval(&values, 0.95).expect("an interval");
            assert!(interval.contains(geometric_mean(&values).expect("a mean")));
            let scaled: Vec<f64> = values.iter().map(|value| value * 7.0).collect();
            close(geometric_mean_interval(&scaled, 0.95).map(|interval| interval.low), interval.low * 7.0);
        }
        assert_eq!(geometric_mean_interval(&[3.0], 0.95), None);
    }
}
