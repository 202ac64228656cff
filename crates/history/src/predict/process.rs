//! Gaussian process regression: what is known at some points says what to expect at others, and how surely.
//!
//! Rasmussen and Williams, *Gaussian Processes for Machine Learning* (MIT Press, 2006): algorithm 2.1 for predictions and the
//! evidence, equations 5.10 to 5.12 for points that are left out.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// How alike the values at two points are expected to be, up to a common factor.
pub(super) trait Kernel<P> {
    fn between(&self, one: &P, other: &P) -> f64;

    /// The variance of a single value around what its point says, in the same factor.
    fn noise(&self) -> f64;
}

/// Values that are all the same would say that nothing ever differs.
const LEAST_SCALE: f64 = 1e-9;

/// The expectation of a value: a normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Expected {
    pub(super) mean: f64,
    /// The standard deviation.
    pub(super) spread: f64,
}

/// A process that has seen values.
#[derive(Debug)]
pub(super) struct Process<P, K> {
    points: Vec<P>,
    kernel: K,
    /// The mean of all values: what is expected far from every point.
    centre: f64,
    /// The values without it.
    rest: DVector<f64>,
    factor: Cholesky<f64, Dyn>,
    /// The covariance's inverse times `rest`.
    weights: DVector<f64>,
    /// The common factor of all variances, where the values are likeliest.
    scale: f64,
}

impl<P, K: Kernel<P>> Process<P, K> {
    /// `None` without points, or where they and the kernel fit no process.
    pub(super) fn fit(points: Vec<P>, values: &[f64], kernel: K) -> Option<Self> {
        let count = points.len();
        if count == 0 || values.len() != count {
            return None;
        }
        let centre = values.iter().sum::<f64>() / count as f64;
        let rest = DVector::from_iterator(count, values.iter().map(|value| value - centre));
        let covariance = DMatrix::from_fn(count, count, |row, column| {
            let noise = if row == column { kernel.noise() } else { 0.0 };
            kernel.between(&points[row], &points[column]) + noise
        });
        let factor = Cholesky::new(covariance)?;
        let weights = factor.solve(&rest);
        let scale = (rest.dot(&weights) / count as f64).max(LEAST_SCALE);
        scale.is_finite().then_some(Self { points, kernel, centre, rest, factor, weights, scale })
    }

    /// The expectation of a new value at this point.
    pub(super) fn at(&self, point: &P) -> Expected {
        let alike = DVector::from_iterator(
            self.points.len(),
            self.points.iter().map(|known| self.kernel.between(known, point)),
        );
        let explained = alike.dot(&self.factor.solve(&alike));
        let variance = self.kernel.between(point, point) + self.kernel.noise() - explained;
        let spread = (variance.max(self.kernel.noise()) * self.scale).sqrt();
        Expected { mean: self.centre + alike.dot(&self.weights), spread }
    }

    /// The expectation of each value by the others.
    pub(super) fn left_out(&self) -> Vec<Expected> {
        let inverse = self.factor.inverse();
        let each = self.rest.iter().zip(self.weights.iter()).enumerate();
        each.map(|(at, (rest, weight))| {
            let precision = inverse[(at, at)];
            Expected {
                mean: self.centre + rest - weight / precision,
                spread: (self.scale / precision).sqrt(),
            }
        })
        .collect()
    }

    /// The logarithm of how likely the values are under this kernel; comparable for the same values only.
    pub(super) fn evidence(&self) -> f64 {
        let count = self.points.len() as f64;
        let half_of_determinant: f64 = self.factor.l_dirty().diagonal().iter().map(|own| own.ln()).sum();
        -half_of_determinant - count / 2.0 * (1.0 + (TAU * self.scale).ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Smooth {
        length: f64,
        noise: f64,
    }

    impl Kernel<f64> for Smooth {
        fn between(&self, one: &f64, other: &f64) -> f64 {
            (-((one - other) / self.length).powi(2) / 2.0).exp()
        }

        fn noise(&self) -> f64 {
            self.noise
        }
    }

    fn of_sine(length: f64, noise: f64) -> Process<f64, Smooth> {
        let points: Vec<f64> = (0..20).map(|at| f64::from(at) * 0.3).collect();
        let values: Vec<f64> = points.iter().map(|point| point.sin()).collect();
        Process::fit(points, &values, Smooth { length, noise }).expect("it fits")
    }

    #[test]
    fn between_known_points_it_knows_and_far_away_it_does_not() {
        let process = of_sine(1.0, 1e-6);
        let Expected { mean, spread } = process.at(&2.0);
        assert!((mean - 2.0_f64.sin()).abs() < 0.01 && spread < 0.01, "{mean} ± {spread}");
        let far = process.at(&60.0);
        assert!((far.mean - process.centre).abs() < 1e-9 && far.spread > 0.3, "{far:?}");
    }

    #[test]
    fn a_point_left_out_is_what_a_process_without_it_says() {
        let process = of_sine(1.0, 0.01);
        let mut points = process.points.clone();
        let left = points.remove(7);
        let values: Vec<f64> = points.iter().map(|point| point.sin()).collect();
        let without = Process::fit(points, &values, Smooth { length: 1.0, noise: 0.01 }).expect("it fits");
        let (one, other) = (process.left_out()[7], without.at(&left));
        // The centres of 20 values and of 19 differ.
        assert!((one.mean - other.mean).abs() < 0.02, "{one:?} {other:?}");
    }

    #[test]
    fn values_are_likelier_under_the_kernel_that_made_them() {
        let [short, fitting, long] = [0.05, 1.5, 40.0].map(|length| of_sine(length, 1e-4).evidence());
        assert!(fitting > short && fitting > long, "{short} {fitting} {long}");
    }

    #[test]
    fn what_fits_no_process() {
        let smooth = || Smooth { length: 1.0, noise: 0.0 };
        assert!(Process::fit(vec![], &[], smooth()).is_none());
        assert!(Process::fit(vec![1.0], &[], smooth()).is_none());
        assert!(
            Process::fit(vec![1.0, 1.0], &[0.0, 1.0], smooth()).is_none(),
            "two values at one point, no noise"
        );
        let same = Process::fit(vec![1.0, 2.0], &[3.0, 3.0], smooth()).expect("it fits").at(&1.5);
        assert!(same.mean == 3.0 && same.spread < 1e-3, "{same:?}");
    }
}
