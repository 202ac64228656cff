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
