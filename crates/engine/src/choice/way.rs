//! A measured way to run a model.

use std::cmp::Ordering;

use accel_bench_record::catalogue::{ENERGY_PER_SAMPLE, MEM_PEAK, MEM_RESERVED};
use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, CaseRecord, Estimate, ParamValue, Throughput};

/// A model of a benchmark. Two benches that call a benchmark and its model alike mean the same one, run by two frameworks.
#[derive(Clone, Debug)]
pub struct ModelKey {
    /// One of the benches, to show.
    pub bench: String,
    pub benchmark: String,
    pub model: String,
}

impl PartialEq for ModelKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ModelKey {}

impl PartialOrd for ModelKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ModelKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.benchmark, &self.model).cmp(&(&other.benchmark, &other.model))
    }
}

impl ModelKey {
    /// `None`: the case has no model.
    #[must_use]
    pub fn of(case: &CaseKey) -> Option<Self> {
        let model = case.params.get("model")?.to_string();
        Some(Self { bench: case.bench.clone(), benchmark: case.benchmark.clone(), model })
    }
}

/// A case of a model that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    pub case: CaseKey,
    /// Nanoseconds of an iteration.
    pub latency: Estimate,
    /// Samples of an iteration.
    pub samples: f64,
    /// Bytes at the peak, where they were measured.
    pub memory: Option<f64>,
    /// Joules of a sample, where they were measured.
    pub energy: Option<f64>,
}

impl Way {
    /// `None`: the case has no model, or no result.
    #[must_use]
    pub fn of(case: &CaseRecord) -> Option<Self> {
        ModelKey::of(&case.id)?;
        let latency = Estimate::of_latency(case).filter(|_| case.status.is_ok())?;
        let declared =
            case.processes.iter().flat_map(|process| &process.throughput).find_map(|work| match work {
                Throughput::Samples(samples) => Some(*samples as f64),
                _ => None,
            });
        let value = |name: &str| median(&case.values_of(name));
        Some(Self {
            case: case.id.clone(),
            latency,
            samples: declared.or_else(|| batch(&case.id).map(|batch| batch as f64)).unwrap_or(1.0).max(1.0),
            memory: value(MEM_RESERVED.name).or_else(|| value(MEM_PEAK.name)),
            energy: value(ENERGY_PER_SAMPLE.name),
        })
    }

    /// Samples per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.samples * 1e9 / self.latency.value
    }
}

/// The batch size of a case, where it has one.
pub(super) fn batch(case: &CaseKey) -> Option<u64> {
    match case.params.get("batch-size")? {
        ParamValue::Int(value) => u64::try_from(*value).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{Failure, Metric};

    use super::*;
    use crate::compare::sample;

    #[track_caller]
    fn check(case: CaseRecord, samples: f64, memory: Option<f64>) {
        let way = Way::of(&case).expect("a way");
        assert_eq!((way.samples, way.memory), (samples, memory));
        assert!((way.throughput() - samples * 1e3).abs() < 1e-6, "{}", way.throughput());
    }

    fn with(id: &str, metrics: &[Metric]) -> CaseRecord {
        let mut case = sample::case(id, &[1e6; 3]);
        case.processes.iter_mut().for_each(|process| process.metrics.extend(metrics.iter().cloned()));
        case
    }

    #[test]
    fn samples_are_those_declared_or_the_batch() {
        check(with("m/x@cpu?model=a", &[]), 1.0, None);
        check(with("m/x@cpu?model=a&batch-size=8", &[]), 8.0, None);
        check(
            sample::with_work(with("m/x@cpu?model=a&batch-size=8", &[]), Throughput::Samples(3)),
            3.0,
            None,
        );
        check(sample::with_work(with("m/x@cpu?model=a&batch-size=8", &[]), Throughput::Tokens(3)), 8.0, None);
    }

    #[test]
    fn memory_is_what_the_device_reserved_or_the_peak() {
        check(with("m/x@cpu?model=a", &[MEM_PEAK.of(5.0)]), 1.0, Some(5.0));
        check(with("m/x@cpu?model=a", &[MEM_PEAK.of(5.0), MEM_RESERVED.of(9.0)]), 1.0, Some(9.0));
    }

    #[test]
    fn what_is_no_way() {
        assert_eq!(Way::of(&sample::case("k/sort@host?n=1", &[1.0])), None, "no model");
        let failed = sample::failed(sample::case("m/x@cpu?model=a", &[]), Failure::Oom, "none left");
        assert_eq!(Way::of(&failed), None);
    }
}
