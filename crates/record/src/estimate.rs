//! The value of one case on one side, with its interval.

use crate::CaseRecord;
use crate::stats::{self, Interval};

/// How sure the interval of one side is.
pub const ESTIMATE_LEVEL: f64 = 0.95;

/// A value and what it is based on.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The geometric mean over processes of each one's median: the ratio of two of them is the effect that the
    /// verdict is about, so that a reader who divides the two columns finds the third (`pairs.rs` sees to it where
    /// the effect leaves out extremes). Values that are not all
    /// positive have their arithmetic mean.
    pub value: f64,
    /// At [`ESTIMATE_LEVEL`]; absent with too few values.
    pub interval: Option<Interval>,
    pub basis: Basis,
    /// One value a process.
    pub processes: Vec<f64>,
}

/// The population that an interval is computed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Over the processes: what a new run would show.
    Processes,
    /// There was one process: over its samples, so it says nothing of what another process would show.
    Samples,
}

impl Estimate {
    /// Nanoseconds per iteration.
    #[must_use]
    pub fn of_latency(case: &CaseRecord) -> Option<Self> {
        let estimate = Self::of_processes(case.process_medians())?;
        let [only] = case.processes.as_slice() else { return Some(estimate) };
        let interval = stats::median_interval(&only.samples.per_iteration(), ESTIMATE_LEVEL);
        Some(Self { interval, basis: Basis::Samples, ..estimate })
    }

    /// Made from one value per process; `None` without values, or when one is not finite.
    #[must_use]
    pub fn of_processes(processes: Vec<f64>) -> Option<Self> {
        let geometric = stats::geometric_mean(&processes);
        let value = geometric.or_else(|| stats::mean(&processes)).filter(|value| value.is_finite())?;
        let interval = match geometric {
            Some(_) => stats::geometric_mean_interval(&processes, ESTIMATE_LEVEL),
            None => stats::mean_interval(&processes, ESTIMATE_LEVEL),
        };
        Some(Self { value, interval, basis: Basis::Processes, processes })
    }

    /// The same in another unit, or moved: value and interval times `factor`, a positive number.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let interval = self.interval.and_then(|own| Interval::new(own.low * factor, own.high * factor));
        Self { value: self.value * factor, interval, ..self }
    }

    /// The half-width as a share of the value: 0.004 is `±0.4 %`.
    #[must_use]
    pub fn half_width_share(&self) -> Option<f64> {
        let share = self.interval?.half_width() / self.value.abs();
        share.is_finite().then_some(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CaseKey, Measurement, Params, Samples, Status};

    /// A case with one process for each list of nanoseconds, one iteration a sample.
    fn case(processes: &[&[u64]]) -> CaseRecord {
        let measured = |nanos: &&[u64]| Measurement {
            samples: Samples { iterations: vec![1; nanos.len()], nanos: nanos.to_vec() },
            ..Measurement::default()
        };
        CaseRecord {
            id: CaseKey {
                bench: "enc".into(),
                benchmark: "forward".into(),
                params: Params::new(),
                backend: "host".into(),
            },
            category: None,
            version: None,
            tags: Vec::new(),
            status: Status::Ok,
            processes: processes.iter().map(measured).collect(),
            log: None,
            counts: None,
        }
    }

    #[test]
    fn several_processes() {
        let estimate = Estimate::of_latency(&case(&[&[90, 100, 110], &[400]])).expect("an estimate");
        assert!((estimate.value - 200.0).abs() < 1e-9);
        assert_eq!((estimate.basis, estimate.processes.len()), (Basis::Processes, 2));
        assert!(estimate.interval.expect("an interval").contains(200.0));
    }

    #[test]
    fn one_process_has_the_interval_of_its_samples() {
        let only = case(&[&[90, 95, 100, 105, 110, 112, 88, 101, 99]]);
        let estimate = Estimate::of_latency(&only).expect("an estimate");
        assert_eq!((estimate.value, estimate.basis), (100.0, Basis::Samples));
        assert_eq!(estimate.interval, Interval::new(90.0, 110.0));
        assert_eq!(estimate.half_width_share(), Some(0.1));
    }

    #[test]
    fn no_process_no_estimate() {
        assert_eq!(Estimate::of_latency(&case(&[])), None);
        assert_eq!(Estimate::of_processes(vec![]), None);
        assert_eq!(Estimate::of_processes(vec![1.0, f64::NAN]), None);
    }

    #[test]
    fn values_below_zero_have_their_mean() {
        let estimate = Estimate::of_processes(vec![-2.0, 0.0, 2.0]).expect("an estimate");
        assert_eq!((estimate.value, estimate.half_width_share()), (0.0, None));
        assert!(estimate.interval.is_some());
    }
}
