//! How far runs of the same code lie from each other.

use accel_bench_record::stats::LogRatio;

/// How far a case's runs lie from each other, as a variance of logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub variance: f64,
    /// How much is known of it: runs beyond the first of each state of the code.
    pub degrees: f64,
}

impl Spread {
    /// The ratio of two runs with the standard error that two runs of the same code have, if that is the larger one. A
    /// run's processes are near in time and know nothing of it.
    pub(super) fn between(self, ratio: LogRatio) -> LogRatio {
        let standard_error = (2.0 * self.variance).sqrt();
        if standard_error > ratio.standard_error {
            LogRatio { standard_error, degrees: self.degrees, ..ratio }
        } else {
            ratio
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_widens_and_never_narrows() {
        let ratio = LogRatio { estimate: 0.03, standard_error: 0.01, degrees: 8.0 };
        let quiet = Spread { variance: 1e-6, degrees: 5.0 };
        assert_eq!(quiet.between(ratio), ratio);
        let moody = Spread { variance: 2e-4, degrees: 5.0 };
        let widened = moody.between(ratio);
        assert!((widened.standard_error - 0.02).abs() < 1e-12);
        assert_eq!((widened.estimate, widened.degrees), (0.03, 5.0));
    }
}
