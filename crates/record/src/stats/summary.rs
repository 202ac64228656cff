//! A sample in nine numbers.

use super::quantile::{of_sorted, sorted};
use super::{mean, std_dev};

/// The location and spread of a list of numbers. The deviation of a single value is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    pub n: usize,
    pub mean: f64,
    pub std: f64,
    pub min: f64,
    pub max: f64,
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
}

impl Summary {
    /// `None` without values, or when one is not finite.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let sorted = sorted(values)?;
        Some(Self {
            n: sorted.len(),
            mean: mean(&sorted)?,
            std: if sorted.len() == 1 { 0.0 } else { std_dev(&sorted)? },
            min: *sorted.first()?,
            max: *sorted.last()?,
            p50: of_sorted(&sorted, 0.50)?,
            p90: of_sorted(&sorted, 0.90)?,
            p95: of_sorted(&sorted, 0.95)?,
            p99: of_sorted(&sorted, 0.99)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_and_one_values() {
        let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let found = Summary::of(&values).expect("a summary");
        let std = (101.0_f64 * 102.0 / 12.0).sqrt();
        assert!((found.std - std).abs() < 1e-12);
        let expected = Summary {
            n: 101,
            mean: 50.0,
            std: found.std,
            min: 0.0,
            max: 100.0,
            p50: 50.0,
            p90: 90.0,
            p95: 95.0,
            p99: 99.0,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn one_value_and_none() {
        let one = Summary::of(&[4.0]).expect("a summary");
        assert_eq!((one.n, one.std, one.min, one.p99, one.max), (1, 0.0, 4.0, 4.0, 4.0));
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
    }
}
