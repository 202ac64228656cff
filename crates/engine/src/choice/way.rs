//! A measured way to run a model.

use accel_bench_record::catalogue::{MEM_PEAK, MEM_RESERVED};
use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, CaseRecord, Estimate, ParamValue, Throughput};

/// What a benchmark that measures energy calls it: joules of one sample.
const ENERGY: &str = "energy-j-per-sample";

/// A model of a benchmark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelKey {
    pub bench: String,
    pub benchmark: String,
    pub model: String,
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
            energy: value(ENERGY),
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
