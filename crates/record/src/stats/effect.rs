//! How much one group of values is above another, as a logarithm of their ratio.

use super::geometric::logs;
use super::interval::two_sided_t;
use super::{Interval, mean, variance};

/// The logarithm of candidate / baseline, with what its interval is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRatio {
    pub estimate: f64,
    pub standard_error: f64,
    pub degrees: f64,
}

impl LogRatio {
    /// The interval that holds the true log-ratio with probability `level`.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        Interval::around(self.estimate, two_sided_t(level, self.degrees)? * self.standard_error)
    }
}

/// The effect between two groups of positive values: the difference of their mean logarithms, its standard error
/// and degrees of freedom as in Welch, "The Generalization of 'Student's' Problem when Several Different
/// Population Variances are Involved", Biometrika 34 (1947), 28–35; the groups' variances may differ.
///
/// The standard error is never taken below `floor`: equal values on both sides do not prove a difference of
/// exactly nothing. `None` with fewer than two values on a side, or values that are not positive and finite.
#[must_use]
pub fn log_ratio(base: &[f64], candidate: &[f64], floor: f64) -> Option<LogRatio> {
    let (base, candidate) = (logs(base)?, logs(candidate)?);
    let estimate = mean(&candidate)? - mean(&base)?;
    let (of_base, of_candidate) = (mean_variance(&base)?, mean_variance(&candidate)?);
    let total = of_base + of_candidate;
    let pooled = (base.len() + candidate.len() - 2) as f64;
    let parts =
        of_base.powi(2) / (base.len() - 1) as f64 + of_candidate.powi(2) / (candidate.len() - 1) as f64;
    let welch = total.powi(2) / parts;
    // Without any variance Welch's formula is 0 / 0; the floor then decides, and all values count alike.
    let degrees = if welch.is_finite() && total.sqrt() > floor { welch.min(pooled) } else { pooled };
    Some(LogRatio { estimate, standard_error: total.sqrt().max(floor), degrees })
}

/// The variance of the mean.
fn mean_variance(values: &[f64]) -> Option<f64> {
    Some(variance(values)? / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    fn exponentials(values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| value.exp()).collect()
    }

    #[test]
    fn a_published_example() {
        // The first example of Wikipedia's "Welch's t-test": t = 2.46 with 24.99 degrees. Here the values are
        // the logarithms.
        let first =
            [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
        let second =
            [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4];
        let effect = log_ratio(&exponentials(&first), &exponentials(&second), 0.0).expect("an effect");
        let t = effect.estimate / effect.standard_error;
        assert!((t - 2.455_356).abs() < 1e-5, "{t}");
        assert!((effect.degrees - 24.988_53).abs() < 1e-4, "{}", effect.degrees);
    }

    #[test]
    fn by_hand() {
        // Logs 0, 2 | 3, 5: means 1 and 4, variances 2, standard error √2, two degrees.
        let effect =
            log_ratio(&exponentials(&[0.0, 2.0]), &exponentials(&[3.0, 5.0]), 0.001).expect("an effect");
        assert!((effect.estimate - 3.0).abs() < 1e-12);
        assert!((effect.standard_error - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((effect.degrees - 2.0).abs() < 1e-12);
        let interval = effect.interval(0.95).expect("an interval");
        assert!((interval.half_width() - 4.302_652_730 * 2.0_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn equal_values_do_not_prove_equality() {
        let effect = log_ratio(&[5.0; 5], &[5.0; 5], 0.001).expect("an effect");
        assert_eq!((effect.estimate, effect.standard_error, effect.degrees), (0.0, 0.001, 8.0));
        let interval = effect.interval(0.99).expect("an interval");
        assert!((interval.high - 0.003_355_387).abs() < 1e-6, "{interval:?}");
    }

    #[test]
    fn what_has_no_effect() {
        assert_eq!(log_ratio(&[1.0], &[1.0, 2.0], 0.001), None);
        assert_eq!(log_ratio(&[1.0, 2.0], &[], 0.001), None);
        assert_eq!(log_ratio(&[1.0, 0.0], &[1.0, 2.0], 0.001), None);
        assert_eq!(log_ratio(&[1.0, 2.0], &[1.0, f64::NAN], 0.001), None);
    }

    #[test]
    fn order_scale_and_swapped_sides() {
        let mut generator = Generator::new(7);
        for size in 2..40 {
            let mut base = generator.lognormals(size, 10.0, 0.05);
            let candidate = generator.lognormals(size + 1, 11.0, 0.02);
            let there = log_ratio(&base, &candidate, 0.001).expect("an effect");
            generator.shuffle(&mut base);
            let scaled: Vec<f64> = candidate.iter().map(|value| value * 3.0).collect();
            let tripled = log_ratio(&base, &scaled, 0.001).expect("an effect");
            assert!((tripled.estimate - there.estimate - 3.0_f64.ln()).abs() < 1e-9);
            assert!((tripled.standard_error - there.standard_error).abs() < 1e-9);
            let back = log_ratio(&candidate, &base, 0.001).expect("an effect");
            assert!((back.estimate + there.estimate).abs() < 1e-9);
            assert!((back.degrees - there.degrees).abs() < 1e-6);
        }
    }

    #[test]
    fn covers_as_often_as_it_says_with_unequal_spreads() {
        let mut generator = Generator::new(8);
        let trials = 4_000;
        let covered = (0..trials).filter(|_| {
            let base = generator.lognormals(5, 1.0, 0.01);
            let candidate = generator.lognormals(5, 1.0, 0.03);
            let effect = log_ratio(&base, &candidate, 0.0).expect("an effect");
            effect.interval(0.99).expect("an interval").contains(0.0)
        });
        let share = covered.count() as f64 / f64::from(trials);
        assert!((0.984..=0.998).contains(&share), "{share}");
    }
}
