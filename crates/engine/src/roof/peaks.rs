//! The limits of devices, from the cases that probe them.

use std::collections::BTreeMap;

use accel_bench_record::catalogue::{BYTES_MOVED, FLOPS};
use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, CaseRecord, Estimate};

/// The tag of cases whose operations per second are a peak.
pub const PEAK_FLOPS: &str = "peak-flops";
/// The tag of cases whose bytes per second are a peak.
pub const PEAK_BANDWIDTH: &str = "peak-bandwidth";
/// The category of all probes.
pub const CATEGORY: &str = "hardware";
/// The benchmark of a call with nothing to do.
const LAUNCH: &str = "launch";

/// The precision of cases that have no parameter of that name.
const PLAIN: &str = "f32";

/// The measured limits of the devices of a machine class, by backend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peaks {
    /// Operations per second, by backend and precision.
    flops: BTreeMap<(String, String), f64>,
    /// By backend: bytes that are held at once, and bytes per second.
    bandwidth: BTreeMap<String, Vec<(f64, f64)>>,
    /// Seconds of a call.
    launch: BTreeMap<String, f64>,
}

/// What one backend's device was measured to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// By precision: `f32`.
    pub flops_per_s: BTreeMap<String, f64>,
    /// By the bytes that an iteration moves: the best of all probes that move as many.
    pub bytes_per_s: BTreeMap<u64, f64>,
    /// What a call with nothing to do takes.
    pub launch_seconds: Option<f64>,
}

/// Returns true if a case is about its device, and not about code.
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

    /// The limits of each backend that was probed, by its name.
    #[must_use]
    pub fn limits(&self) -> BTreeMap<&str, Limits> {
        let mut limits: BTreeMap<&str, Limits> = BTreeMap::new();
        for ((backend, precision), flops) in &self.flops {
            limits.entry(backend).or_default().flops_per_s.insert(precision.clone(), *flops);
        }
        for (backend, probes) in &self.bandwidth {
            let best = &mut limits.entry(backend).or_default().bytes_per_s;
            for (bytes, rate) in probes {
                let held = best.entry(*bytes as u64).or_default();
                *held = rate.max(*held);
            }
        }
        for (backend, seconds) in &self.launch {
            limits.entry(backend).or_default().launch_seconds = Some(*seconds);
        }
        limits
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample;

    fn probe(id: &str, tag: &str, nanos: f64, metric: Option<accel_bench_record::Metric>) -> CaseRecord {
        let mut case = sample::case(id, &[nanos; 3]);
        case.processes.iter_mut().for_each(|process| process.metrics.extend(metric.clone()));
        (case.category, case.tags) = (Some(CATEGORY.to_owned()), vec![tag.to_owned()]);
        case
    }

    fn key(id: &str) -> CaseKey {
        sample::case(id, &[]).id
    }

    #[test]
    fn limits_are_told_by_backend() {
        let moved = |id: &str, bytes: f64| probe(id, PEAK_BANDWIDTH, 1e3, Some(BYTES_MOVED.of(bytes)));
        let peaks = Peaks::default()
            .with(&probe("h/compute@cuda?n=1&precision=f32", PEAK_FLOPS, 1e6, Some(FLOPS.of(1e9))))
            .with(&moved("h/read@cpu?kib=1", 1024.0))
            .with(&moved("h/scale@cpu?kib=1", 1024.0))
            .with(&moved("h/read@cpu?kib=4", 4096.0))
            .with(&probe("h/launch@cpu", "", 2e3, None));
        let limits = peaks.limits();
        assert_eq!(limits.keys().copied().collect::<Vec<_>>(), ["cpu", "cuda"]);
        assert_eq!(limits["cuda"].flops_per_s, BTreeMap::from([("f32".to_owned(), 1e12)]));
        assert_eq!(limits["cuda"].launch_seconds, None);
        let bandwidth: Vec<_> = limits["cpu"].bytes_per_s.iter().map(|(b, r)| (*b, r.round())).collect();
        assert_eq!(bandwidth, [(1024, 1.024e9), (4096, 4.096e9)]);
        assert_eq!(limits["cpu"].launch_seconds, Some(2e-6));
        assert!(Peaks::default().limits().is_empty());
    }

    #[test]
    fn the_best_of_each_precision_counts() {
        let peaks = Peaks::default()
            .with(&probe("h/compute@cuda?n=1&precision=f32", PEAK_FLOPS, 1e6, Some(FLOPS.of(1e9))))
            .with(&probe("h/compute@cuda?n=2&precision=f32", PEAK_FLOPS, 1e6, Some(FLOPS.of(3e9))))
            .with(&probe("h/compute@cuda?n=1&precision=f16", PEAK_FLOPS, 1e6, Some(FLOPS.of(8e9))))
            .with(&probe("h/read@cuda?n=1", "other", 1e6, Some(FLOPS.of(9e9))));
        let flops = |id: &str| peaks.flops(&key(id));
        assert_eq!(flops("m/x@cuda?precision=f32"), Some(3e12));
        assert_eq!(flops("m/x@cuda"), Some(3e12), "a case without a precision computes in f32");
        assert_eq!(flops("m/x@cuda?precision=f16"), Some(8e12));
        assert_eq!((flops("m/x@cuda?precision=bf16"), flops("m/x@tch")), (None, None));
    }

    #[test]
    fn the_bandwidth_is_that_of_what_holds_as_much() {
        let read = |kib: u64, nanos: f64| {
            let bytes = kib as f64 * 1024.0;
            probe(&format!("h/read@cpu?kib={kib}"), PEAK_BANDWIDTH, nanos, Some(BYTES_MOVED.of(bytes)))
        };
        // 100, 50 and 10 bytes per nanosecond.
        let peaks = Peaks::default()
            .with(&read(16, 163.84))
            .with(&read(4096, 83_886.08))
            .with(&read(262_144, 26_843_545.6));
        let rate =
            |held: Option<f64>| peaks.bandwidth(&key("m/x@cpu"), held).map(|rate| (rate / 1e9).round());
        assert_eq!(rate(Some(1e3)), Some(100.0));
        assert_eq!(rate(Some(1e6)), Some(50.0));
        assert_eq!(rate(Some(1e8)), Some(10.0));
        assert_eq!(rate(Some(1e12)), Some(10.0), "more than was probed");
        assert_eq!(rate(None), Some(10.0));
        assert_eq!(peaks.bandwidth(&key("m/x@tch"), None), None);
    }

    #[test]
    fn what_is_no_probe_changes_nothing() {
        let mut other = probe("m/x@cpu", PEAK_FLOPS, 1e6, Some(FLOPS.of(1e12)));
        other.category = Some("inference".to_owned());
        let failed = probe("h/compute@cpu", PEAK_FLOPS, 1e6, None);
        let none = Peaks::default().with(&other).with(&failed);
        assert_eq!(none, Peaks::default());
        assert!(!is_probe(&other) && is_probe(&failed));
        let launched = none.with(&probe("h/launch@cpu", "overhead", 250.0, None));
        assert_eq!(launched.launch(&key("m/x@cpu")), Some(2.5e-7));
        assert_eq!(launched.bandwidth(&key("m/x@cpu"), None), None, "a call alone sets no roof");
    }
}
