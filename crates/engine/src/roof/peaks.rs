//! What devices can do, from the cases that probe them.

use std::collections::BTreeMap;

use accel_bench_record::catalogue::{BYTES_MOVED, FLOPS};
use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, CaseRecord, Estimate};

/// The tag of cases whose operations per second are a peak.
pub const PEAK_FLOPS: &str = "peak-flops";
/// The tag of cases whose bytes per second are a peak.
pub const PEAK_BANDWIDTH: &str = "peak-bandwidth";
/// The category of all probes.
const CATEGORY: &str = "hardware";
/// The benchmark of a call with nothing to do.
const LAUNCH: &str = "launch";

/// The precision of cases that have no parameter of that name.
const PLAIN: &str = "f32";

/// What the devices of a machine class were measured to do, by backend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peaks {
    /// Operations per second, by backend and precision.
    flops: BTreeMap<(String, String), f64>,
    /// By backend: bytes that are held at once, and bytes per second.
    bandwidth: BTreeMap<String, Vec<(f64, f64)>>,
    /// Seconds of a call.
    launch: BTreeMap<String, f64>,
}

/// Whether a case says something about its device, and not about code.
#[must_use]
pub fn is_probe(case: &CaseRecord) -> bool {
    case.category.as_deref() == Some(CATEGORY)
}

fn precision(case: &CaseKey) -> String {
    case.params.get("precision").map_or_else(|| PLAIN.to_owned(), ToString::to_string)
}

impl Peaks {
    /// With what one more probe showed; any other case changes nothing.
    #[must_use]
    pub fn with(mut self, case: &CaseRecord) -> Self {
        let Some(latency) = Estimate::of_latency(case).filter(|_| is_probe(case)) else { return self };
        let (seconds, backend) = (latency.value / 1e9, case.id.backend.clone());
        let of = |name: &str| median(&case.values_of(name)).filter(|value| *value > 0.0);
        let has = |tag: &str| case.tags.iter().any(|own| own == tag);
        if let Some(flops) = of(FLOPS.name).filter(|_| has(PEAK_FLOPS)) {
            let best = self.flops.entry((backend.clone(), precision(&case.id))).or_default();
            *best = best.max(flops / seconds);
        }
        if let Some(bytes) = of(BYTES_MOVED.name).filter(|_| has(PEAK_BANDWIDTH)) {
            self.bandwidth.entry(backend.clone()).or_default().push((bytes, bytes / seconds));
        }
        if case.id.benchmark == LAUNCH {
            let least = self.launch.entry(backend).or_insert(f64::INFINITY);
            *least = least.min(seconds);
        }
        self
    }

    /// Whether the backend was probed.
    #[must_use]
    pub fn knows(&self, backend: &str) -> bool {
        self.bandwidth.contains_key(backend) || self.flops.keys().any(|(own, _)| own == backend)
    }

    /// The most operations per second in the case's precision, on its backend.
    #[must_use]
    pub fn flops(&self, case: &CaseKey) -> Option<f64> {
        self.flops.get(&(case.backend.clone(), precision(case))).copied()
    }

    /// The most bytes per second on the case's backend, of what holds as many bytes: what fits a cache does not wait for
    /// memory. Of an unknown number, those of the most that was probed.
    #[must_use]
    pub fn bandwidth(&self, case: &CaseKey, held: Option<f64>) -> Option<f64> {
        let probes = self.bandwidth.get(&case.backend)?;
        let largest = probes.iter().map(|(bytes, _)| *bytes).fold(0.0, f64::max);
        let held = held.unwrap_or(largest).min(largest);
        let rates = probes.iter().filter(|(bytes, _)| *bytes >= held).map(|(_, rate)| *rate);
        rates.reduce(f64::max)
    }

    /// Seconds of a call with nothing to do, on the case's backend.
    #[must_use]
    pub fn launch(&self, case: &CaseKey) -> Option<f64> {
        self.launch.get(&case.backend).copied()
    }
}
