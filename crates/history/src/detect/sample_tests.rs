//! Noise for the tests.

use std::ops::{Bound, RangeBounds};

/// Normal values around 0 with this standard deviation (Box and Muller, 1958).
pub(crate) fn normal(seed: u64, count: usize, deviation: f64) -> Vec<f64> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let one = |chance: &mut fastrand::Rng| {
        let radius = (-2.0 * (1.0 - chance.f64()).ln()).sqrt();
        deviation * radius * (std::f64::consts::TAU * chance.f64()).cos()
    };
    (0..count).map(|_| one(&mut chance)).collect()
}

/// Adds `shift` to the values in this range.
pub(crate) fn with(values: &mut [f64], range: impl RangeBounds<usize>, shift: f64) {
    let range = (range.start_bound().cloned(), range.end_bound().cloned());
    let range: (Bound<usize>, Bound<usize>) = range;
    values[range].iter_mut().for_each(|value| *value += shift);
}
