//! Watches the memory of one case: between its samples, and in some iterations of its own after them.

use std::time::Instant;

use super::source::Source;
use super::usage::Usage;
use crate::allocator;
use crate::device::{Device, DeviceMemory};
use accel_bench_record::catalogue::{self, Known};
use accel_bench_record::{Metric, Readings};

/// The memory of the case under way. Nothing is read while the clock runs.
#[derive(Debug)]
pub(crate) struct Watch {
    /// In use by the counting allocator when the case began: earlier cases' and the harness's.
    before: u64,
    source: Option<Source>,
    since: Instant,
    usage: Usage,
    /// The reading with the most in use while single iterations ran, and the most that was reserved.
    peak: Option<DeviceMemory>,
    most_reserved: u64,
}

impl Watch {
    /// Begins a case.
    pub(crate) fn new() -> Self {
        // Room for the readings is made before: it is not the case's.
        let usage = Usage::new();
        let before = allocator::in_use().unwrap_or(0);
        Self { before, source: None, since: Instant::now(), usage, peak: None, most_reserved: 0 }
    }

    /// The samples begin. `own` is what the harness has in use for them, here and below.
    pub(crate) fn start(&mut self, device: &dyn Device, own: u64) {
        self.source = Source::of(device);
        self.since = Instant::now();
        self.between(device, 0, own);
    }

    /// After a sample, whose outputs have been dropped; this many iterations were sampled so far.
    pub(crate) fn between(&mut self, device: &dyn Device, iterations: u64, own: u64) {
        let Some((source, memory)) = self.read(device) else { return };
        let nanos = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.usage.read(nanos, iterations, self.own(source, memory.in_use, own));
    }

    /// Returns whether single iterations report a peak that is the case's own.
    pub(crate) fn has_peak(&self) -> bool {
        matches!(self.source, Some(Source::Pool(_) | Source::Allocator))
    }

    /// Single iterations begin. What a batch of them held at once is forgotten.
    pub(crate) fn start_peak(&self, device: &dyn Device) {
        device.release_unused();
        allocator::reset_peak();
    }

    /// The work of a single iteration is done, its output not yet dropped.
    pub(crate) fn peak(&mut self, device: &dyn Device, own: u64) {
        let Some((source, memory)) = self.read(device) else { return };
        let in_use = match source {
            Source::Allocator => allocator::peak().unwrap_or(memory.in_use),
            Source::Pool(_) | Source::Resident => memory.in_use,
        };
        let memory = DeviceMemory { in_use: self.own(source, in_use, own), ..memory };
        self.most_reserved = self.most_reserved.max(memory.reserved);
        if self.peak.is_none_or(|peak| memory.in_use > peak.in_use) {
            self.peak = Some(memory);
        }
    }

    fn read(&self, device: &dyn Device) -> Option<(Source, DeviceMemory)> {
        Some((self.source?, self.source?.read(device)?))
    }

    /// Without what is the harness's or was there before the case.
    fn own(&self, source: Source, in_use: u64, own: u64) -> u64 {
        match source {
            Source::Allocator => in_use.saturating_sub(self.before).saturating_sub(own),
            Source::Pool(_) | Source::Resident => in_use,
        }
    }

    /// The memory of the case between its samples.
    pub(crate) fn readings(&self) -> Readings {
        self.usage.over_time()
    }

    /// `mem-…`, each with its source.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let Some(source) = self.source else { return Vec::new() };
        let told = |known: &Known, value| known.of(value).source(source.name());
        let mut metrics = Vec::new();
        if let Some(DeviceMemory { in_use, reserved }) = self.peak {
            metrics.push(told(&catalogue::MEM_PEAK, in_use as f64));
            if let Source::Pool(_) = source {
                metrics.push(told(&catalogue::MEM_RESERVED, self.most_reserved as f64));
                let unused = 1.0 - in_use as f64 / reserved as f64;
                metrics.extend(unused.is_finite().then(|| told(&catalogue::MEM_FRAGMENTATION, unused)));
            }
        }
        if self.has_peak() {
            metrics.extend(self.usage.average().map(|average| told(&catalogue::MEM_AVG, average)));
        }
        let growth = self.usage.growth().filter(|growth| growth.interval.is_some());
        metrics.extend(
            growth.map(|growth| told(&catalogue::MEM_GROWTH, growth.estimate).within(growth.interval)),
        );
        metrics
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::DeviceError;

    /// A pool in which a test says what is in use.
    #[derive(Default)]
    struct Pool {
        in_use: Cell<u64>,
        reserved: Cell<u64>,
    }

    /// Works at once, with an allocator of its own.
    struct Library;

    impl Device for Library {
        fn name(&self) -> String {
            "a library".to_owned()
        }

        fn sync(&self) -> Result<(), DeviceError> {
            Ok(())
        }

        fn allocates_in_rust(&self) -> bool {
            false
        }
    }

    impl Pool {
        fn hold(&self, in_use: u64) {
            self.in_use.set(in_use);
            self.reserved.set(self.reserved.get().max(in_use));
        }
    }

    impl Device for Pool {
        fn name(&self) -> String {
            "a pool".to_owned()
        }

        fn sync(&self) -> Result<(), DeviceError> {
            Ok(())
        }

        fn memory(&self) -> Option<DeviceMemory> {
            Some(DeviceMemory { in_use: self.in_use.get(), reserved: self.reserved.get() })
        }

        fn release_unused(&self) {
            self.reserved.set(self.in_use.get());
        }
    }

    /// Works in other processes, whose memory it adds up.
    struct Processes;

    impl Device for Processes {
        fn name(&self) -> String {
            "processes".to_owned()
        }

        fn sync(&self) -> Result<(), DeviceError> {
            Ok(())
        }

        fn memory(&self) -> Option<DeviceMemory> {
            Some(DeviceMemory { in_use: 3 << 20, reserved: 3 << 20 })
        }

        fn memory_source(&self) -> &'static str {
            "processes"
        }
    }

    #[test]
    fn the_device_says_what_it_counts() {
        let mut watch = Watch::new();
        watch.start(&Processes, 0);
        watch.start_peak(&Processes);
        watch.peak(&Processes, 0);
        let metrics = watch.metrics();
        assert_eq!(value(&metrics, "mem-peak-bytes"), Some(f64::from(3 << 20)));
        assert_eq!(value(&metrics, "mem-fragmentation"), Some(0.0));
        assert!(metrics.iter().all(|metric| metric.source.as_deref() == Some("processes")), "{metrics:?}");
    }

    fn value(metrics: &[Metric], name: &str) -> Option<f64> {
        metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }

    #[test]
    fn a_small_case_after_a_large_one_has_its_own_peak() {
        const MIB: u64 = 1 << 20;
        let pool = Pool::default();
        pool.hold(512 * MIB);
        pool.hold(0);
        pool.release_unused();
        let mut watch = Watch::new();
        // Weights of 6 MiB; a batch of samples held 40 MiB of outputs, one iteration holds 2.
        pool.hold(6 * MIB);
        watch.start(&pool, 0);
        for sample in 1..10 {
            pool.hold(46 * MIB);
            pool.hold(6 * MIB);
            watch.between(&pool, 20 * sample, 0);
        }
        watch.start_peak(&pool);
        pool.hold(10 * MIB);
        pool.hold(8 * MIB);
        watch.peak(&pool, 0);
        let metrics = watch.metrics();
        assert_eq!(value(&metrics, "mem-peak-bytes"), Some(8.0 * MIB as f64));
        assert_eq!(value(&metrics, "mem-reserved-bytes"), Some(10.0 * MIB as f64));
        assert_eq!(value(&metrics, "mem-avg-bytes"), Some(6.0 * MIB as f64));
        assert_eq!(value(&metrics, catalogue::MEM_GROWTH.name), Some(0.0));
        assert!((value(&metrics, "mem-fragmentation").expect("a share") - 0.2).abs() < 1e-12);
        assert!(metrics.iter().all(|metric| metric.source.as_deref() == Some("pool")));
    }

    #[test]
    fn a_pool_that_holds_nothing_has_no_fragmentation() {
        let mut watch = Watch::new();
        watch.start(&Pool::default(), 0);
        watch.peak(&Pool::default(), 0);
        assert_eq!(value(&watch.metrics(), "mem-fragmentation"), None);
        assert_eq!(value(&watch.metrics(), "mem-peak-bytes"), Some(0.0));
    }

    #[test]
    fn the_resident_set_tells_growth_alone() {
        let (mut watch, library) = (Watch::new(), Library);
        watch.start(&library, 0);
        (1..9).for_each(|sample| watch.between(&library, sample, 0));
        let names: Vec<_> = watch.metrics().into_iter().map(|metric| metric.name).collect();
        assert!(names.is_empty() || names == [catalogue::MEM_GROWTH.name], "{names:?}");
    }
}
