//! Cases against the limits of their device: the roofline of Williams, Waterman and Patterson, *Roofline: an insightful
//! visual performance model for multicore architectures* (Communications of the ACM 52.4, 2009). Pure.
//!
//! The roofs are measured: by the cases that [`benches/hardware.rs`] runs, on the same backend and machine class.
//!
//! [`benches/hardware.rs`]: https://github.com/accel-bench/accel-bench/blob/main/benches/hardware.rs

mod peaks;

use accel_bench_record::catalogue::{BYTES_MOVED, DEVICE_TIME, FLOPS, MEM_PREDICTED};
use accel_bench_record::stats::median;
use accel_bench_record::{CaseKey, CaseRecord, Estimate, Throughput};

pub use peaks::{CATEGORY, Limits, PEAK_BANDWIDTH, PEAK_FLOPS, Peaks, is_probe};

/// A case this far above its roof shows that one of the two numbers is wrong; less is noise of either.
const ABOVE: f64 = 1.1;

/// From this share of its time on, what a call or the host takes is what bounds a case.
const MOST: f64 = 0.5;

/// The limit of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Operations.
    Compute,
    /// Bytes.
    Memory,
    /// Half of its time or more is what a call with nothing to do takes.
    Launch,
    /// Half of its time or more the device does nothing.
    Host,
}

/// A case below its roof.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub case: CaseKey,
    /// Operations of an iteration for each byte that it moves; `None` where its bytes are not known.
    pub intensity: Option<f64>,
    /// Operations per second; 0 of a case that says only what it moves.
    pub flop_rate: f64,
    /// Bytes per second, where they are known.
    pub byte_rate: Option<f64>,
    /// The share of the roof that is reached.
    pub share: f64,
    pub bound: Bound,
}

impl Placed {
    /// Either the case's own numbers or those of the probes are wrong: nothing is faster than what its device can do.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        self.share > ABOVE
    }
}

/// The reason why a case has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unplaced {
    #[error("it has no result")]
    NoResult,
    #[error("the benchmark says neither its operations nor its bytes: `b.flops(…)`, `b.bytes_moved(…)`")]
    NoWork,
    #[error(
        "neither its operations, in its precision, nor its bytes were probed on this backend and machine: `cargo accel-bench --suite hardware --backend NAME` in a checkout of \
         accel-bench, and `history pull` of that folder anywhere else"
    )]
    NoProbe,
}

/// Places a case below what was measured of its device.
///
/// # Errors
/// Why it has no place.
pub fn place(case: &CaseRecord, peaks: &Peaks) -> Result<Placed, Unplaced> {
    let latency = Estimate::of_latency(case).ok_or(Unplaced::NoResult)?.value / 1e9;
    let of = |name: &str| median(&case.values_of(name)).filter(|value| *value > 0.0);
    let declared =
        case.processes.iter().flat_map(|process| &process.throughput).find_map(|work| match work {
            Throughput::Bytes(bytes) => Some(*bytes as f64),
            _ => None,
        });
    let (flops, bytes) = (of(FLOPS.name), of(BYTES_MOVED.name).or(declared));
    if flops.is_none() && bytes.is_none() {
        return Err(Unplaced::NoWork);
    }
    let held = of(MEM_PREDICTED.name).or(bytes);
    let compute = flops.zip(peaks.flops(&case.id)).map(|(flops, peak)| (flops / peak, Bound::Compute));
    let bandwidth = peaks.bandwidth(&case.id, held);
    let memory = bytes.zip(bandwidth).map(|(bytes, peak)| (bytes / peak, Bound::Memory));
    // The roof is what takes longer at the device's best.
    let longest = compute.into_iter().chain(memory).max_by(|one, other| one.0.total_cmp(&other.0));
    let (least, bound) = longest.ok_or(Unplaced::NoProbe)?;
    let device = of(DEVICE_TIME.name).map(|millis| millis / 1e3);
    let bound = match (peaks.launch(&case.id), device) {
        (Some(launch), _) if launch >= MOST * latency && least < MOST * latency => Bound::Launch,
        (_, Some(device)) if device < MOST * latency => Bound::Host,
        _ => bound,
    };
    Ok(Placed {
        case: case.id.clone(),
        intensity: flops.zip(bytes).map(|(flops, bytes)| flops / bytes),
        flop_rate: flops.unwrap_or(0.0) / latency,
        byte_rate: bytes.map(|bytes| bytes / latency),
        share: least / latency,
        bound,
    })
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Metric;

    use super::*;
    use crate::compare::sample;

    fn case(id: &str, nanos: f64, metrics: &[Metric]) -> CaseRecord {
        let mut case = sample::case(id, &[nanos; 3]);
        case.processes.iter_mut().for_each(|process| process.metrics.extend(metrics.iter().cloned()));
        case
    }

    fn probe(id: &str, tag: &str, nanos: f64, metrics: &[Metric]) -> CaseRecord {
        let mut case = case(id, nanos, metrics);
        (case.category, case.tags) = (Some("hardware".to_owned()), vec![tag.to_owned()]);
        case
    }

    /// 100 GFLOP/s in f32; 10 GB/s from memory, and 40 GB/s where no more than 1 MB is held; a call takes 10 µs.
    fn peaks() -> Peaks {
        let cases = [
            probe("h/compute@wgpu?n=1&precision=f32", PEAK_FLOPS, 1e6, &[FLOPS.of(5e7)]),
            probe("h/compute@wgpu?n=2&precision=f32", PEAK_FLOPS, 1e6, &[FLOPS.of(1e8)]),
            probe("h/read@wgpu?kib=1", PEAK_BANDWIDTH, 25e3, &[BYTES_MOVED.of(1e6)]),
            probe("h/read@wgpu?kib=2", PEAK_BANDWIDTH, 1e7, &[BYTES_MOVED.of(1e8)]),
            probe("h/launch@wgpu", "overhead", 1e4, &[]),
        ];
        cases.iter().fold(Peaks::default(), |peaks, case| peaks.with(case))
    }

    #[track_caller]
    fn check(nanos: f64, metrics: &[Metric], expected: (f64, Bound)) -> Placed {
        let placed = place(&case("m/x@wgpu?precision=f32", nanos, metrics), &peaks()).expect("a place");
        assert!((placed.share - expected.0).abs() < 1e-6 && placed.bound == expected.1, "{placed:?}");
        placed
    }

    #[test]
    fn the_roof_is_what_takes_longer() {
        check(2e7, &[FLOPS.of(1e9), BYTES_MOVED.of(1e7)], (0.5, Bound::Compute));
        let placed = check(2e7, &[FLOPS.of(1e8), BYTES_MOVED.of(1e8)], (0.5, Bound::Memory));
        assert_eq!(placed.intensity, Some(1.0));
        check(2e7, &[FLOPS.of(1e9)], (0.5, Bound::Compute));
        check(2e7, &[BYTES_MOVED.of(1e8)], (0.5, Bound::Memory));
    }

    #[test]
    fn what_fits_a_cache_is_under_the_roof_of_the_cache() {
        check(1e5, &[BYTES_MOVED.of(1e6)], (0.25, Bound::Memory));
        check(1e5, &[BYTES_MOVED.of(1e6), MEM_PREDICTED.of(5e7)], (1.0, Bound::Memory));
    }

    #[test]
    fn calls_and_the_host_bound_what_is_small() {
        check(1.5e4, &[FLOPS.of(1e5)], (1e5 / 1e11 / 1.5e-5, Bound::Launch));
        check(1e7, &[FLOPS.of(1e8), DEVICE_TIME.of(2.0)], (0.1, Bound::Host));
        check(1e7, &[FLOPS.of(1e8), DEVICE_TIME.of(9.0)], (0.1, Bound::Compute));
    }

    #[test]
    fn nothing_is_above_its_roof() {
        assert!(check(1e6, &[FLOPS.of(1.2e8)], (1.2, Bound::Compute)).is_impossible());
        assert!(!check(1e6, &[FLOPS.of(1.05e8)], (1.05, Bound::Compute)).is_impossible());
    }

    #[test]
    fn what_has_no_place_says_why() {
        let reason = |case: &CaseRecord| place(case, &peaks()).expect_err("no place");
        assert_eq!(reason(&case("m/x@wgpu", 1e6, &[])), Unplaced::NoWork);
        assert_eq!(reason(&case("m/x@tch", 1e6, &[FLOPS.of(1e6)])), Unplaced::NoProbe);
        assert_eq!(reason(&sample::case("m/x@wgpu", &[])), Unplaced::NoResult);
        // Operations of a precision that was not probed say nothing, bytes do.
        let half = [FLOPS.of(1e8), BYTES_MOVED.of(1e8)];
        let placed = place(&case("m/x@wgpu?precision=f16", 2e7, &half), &peaks()).expect("a place");
        assert_eq!(placed.bound, Bound::Memory);
    }
}
