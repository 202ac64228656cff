//! A benchmark's routine as the sampler drives it, and what is recorded next to its times.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use crate::Error;
use crate::clock::{Clock, Probe, nanos_since};
use crate::memory::Watch;
use crate::observer::Observer;
use crate::routine::Routine;
use crate::series::Series;
use crate::slowdown::Slowdown;
use accel_bench_record::Samples;
use accel_bench_record::protocol::Phase;

/// Progress is reported at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Iterations that the device times, and iterations that memory is watched in, at most.
const DEVICE_TIMED: usize = 10;
const WATCHED: usize = 3;

/// Each of these two takes no longer than this share of the samples, but for its first iteration.
const SHARE_BESIDE: u64 = 10;

/// The record that is kept next to the samples.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) series: Vec<Series>,
    pub(crate) watch: RefCell<Watch>,
}

/// A routine and its device.
pub(crate) struct Timing<'a, F> {
    pub(crate) clock: Clock<'a>,
    pub(crate) batch: F,
    pub(crate) max_batch: u64,
    /// The slowdown that is asked for.
    pub(crate) share: Option<f64>,
    pub(crate) observer: &'a mut Observer,
    pub(crate) recorder: &'a Recorder,
    /// When progress was last told.
    pub(crate) told: Instant,
    /// Iterations of the samples so far, and bytes that they take on the heap.
    pub(crate) sampled: u64,
    pub(crate) sample_bytes: u64,
}

impl<F: FnMut(Clock<'_>, u64) -> Result<u64, Error>> Timing<'_, F> {
    /// After the samples, with single iterations of which none is a sample: times them by the device's own clock, and
    /// watches the memory of one at a time. Returns nanoseconds of the device.
    pub(crate) fn look_beside(&mut self, samples: &Samples) -> Result<Vec<u64>, Error> {
        // What follows is not timed; the tool reads the device's power by it.
        (self.observer)(Phase::Cleanup, None);
        let budget = samples.total_nanos() / SHARE_BESIDE;
        let device_nanos = self.time_on_device(budget)?;
        self.watch_single_iterations(budget)?;
        Ok(device_nanos)
    }

    fn time_on_device(&mut self, budget: u64) -> Result<Vec<u64>, Error> {
        let (told, start) = (Cell::new(None), Instant::now());
        let mut times = Vec::new();
        while times.len() < DEVICE_TIMED && (times.is_empty() || nanos_since(start) < budget) {
            self.probe(Probe::DeviceTime(&told))?;
            match told.take() {
                Some(nanos) => times.push(nanos),
                None => break,
            }
        }
        Ok(times)
    }

    fn watch_single_iterations(&mut self, budget: u64) -> Result<(), Error> {
        let (watch, device, own) = (&self.recorder.watch, self.clock.device, self.own_bytes());
        if !watch.borrow().has_peak() {
            return Ok(());
        }
        watch.borrow().start_peak(device);
        let start = Instant::now();
        for done in 0..WATCHED {
            if done > 0 && nanos_since(start) >= budget {
                break;
            }
            self.probe(Probe::Peak(watch, own))?;
            // A routine with a clock of its own passes by the other reading.
            watch.borrow_mut().peak(device, own);
        }
        Ok(())
    }

    fn probe(&mut self, probe: Probe<'_>) -> Result<(), Error> {
        self.recorder.begin();
        (self.batch)(Clock { probe, ..self.clock }, 1).map(drop)
    }

    /// Bytes that the harness has in use for what it records.
    fn own_bytes(&self) -> u64 {
        self.sample_bytes + self.recorder.series.iter().map(Series::heap_bytes).sum::<u64>()
    }
}

impl<F: FnMut(Clock<'_>, u64) -> Result<u64, Error>> Routine for Timing<'_, F> {
    fn batch(&mut self, iterations: u64) -> Result<u64, Error> {
        self.recorder.begin();
        (self.batch)(self.clock, iterations)
    }

    fn overhead(&mut self) -> Result<u64, Error> {
        let costs = (0..5).map(|_| self.clock.time(0, || ()));
        let mut costs = costs.collect::<Result<Vec<u64>, Error>>()?;
        costs.sort_unstable();
        Ok(costs[costs.len() / 2])
    }

    fn slow_down(&mut self, iterations: u64) -> Result<(), Error> {
        let share = self.share;
        let iteration = || Ok::<_, Error>(self.batch(iterations)? as f64 / iterations.max(1) as f64);
        self.clock.slowdown = Slowdown::of(share, iteration)?;
        Ok(())
    }

    fn start(&mut self, sample_bytes: u64) {
        self.sample_bytes = sample_bytes;
        // At once, however long ago progress was told: the tool reads the device's power from here on.
        (self.observer)(Phase::Sampling, None);
        self.recorder.begin();
        self.recorder.watch.borrow_mut().start(self.clock.device, self.own_bytes());
    }

    fn keep(&mut self, iterations: u64) {
        self.sampled += iterations;
        self.recorder.series.iter().for_each(Series::keep);
        self.recorder.watch.borrow_mut().between(self.clock.device, self.sampled, self.own_bytes());
    }

    fn retract(&mut self) {
        self.recorder.series.iter().for_each(Series::retract);
    }

    fn is_asynchronous(&self) -> bool {
        self.clock.device.is_asynchronous()
    }

    fn max_batch(&self) -> u64 {
        self.max_batch
    }

    fn now(&self) -> u64 {
        static ORIGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        nanos_since(*ORIGIN.get_or_init(Instant::now))
    }

    fn observe(&mut self, phase: Phase, estimate_nanos: f64) {
        if self.told.elapsed() >= TELL_EVERY {
            (self.observer)(phase, Some(estimate_nanos));
            self.told = Instant::now();
        }
    }
}

impl Recorder {
    /// Begins a case.
    pub(crate) fn new() -> Self {
        Self { series: Vec::new(), watch: RefCell::new(Watch::new()) }
    }

    /// A batch begins.
    fn begin(&self) {
        self.series.iter().for_each(Series::begin);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::bencher::Mode;
    use crate::{Bencher, Device, DeviceError, DeviceMemory};
    use accel_bench_record::protocol::Sampling;
    use accel_bench_record::{Direction, Measurement, Metric, Params};

    const SAMPLING: Sampling = Sampling {
        warm_up_nanos: 1_000_000,
        time_nanos: 2_000_000,
        sample_nanos: 100_000,
        min_samples: 10,
        max_samples: 50,
    };

    /// Its clock says 3 ms of whatever it does.
    #[derive(Clone, Default)]
    struct Clocked {
        has_clock: bool,
        compiles: bool,
        profiled: Rc<Cell<usize>>,
        released: Rc<Cell<usize>>,
    }

    impl Device for Clocked {
        fn name(&self) -> String {
            "clocked".to_owned()
        }

        fn sync(&self) -> Result<(), DeviceError> {
            Ok(())
        }

        fn compiles(&self) -> bool {
            self.compiles
        }

        fn memory(&self) -> Option<DeviceMemory> {
            Some(DeviceMemory { in_use: 10, reserved: 40 })
        }

        fn release_unused(&self) {
            self.released.set(self.released.get() + 1);
        }

        fn profile(&self, work: &mut dyn FnMut()) -> Option<Duration> {
            self.profiled.set(self.profiled.get() + 1);
            self.has_clock.then(|| {
                work();
                Duration::from_millis(3)
            })
        }
    }

    fn measured(mode: Mode, device: &Clocked, time: impl FnOnce(&mut Bencher)) -> Measurement {
        let mut bencher = Bencher::new("queue", Params::new(), mode, Box::new(|_, _| ()));
        bencher.device(device.clone());
        time(&mut bencher);
        bencher.finish().expect("nothing fails")
    }

    fn metric<'a>(measurement: &'a Measurement, name: &str) -> Option<&'a Metric> {
        measurement.metrics.iter().find(|metric| metric.name == name)
    }

    #[test]
    fn a_device_with_a_clock_times_some_iterations_beside_the_samples() {
        let (device, ran) = (Clocked { has_clock: true, ..Clocked::default() }, Cell::new(0));
        let found = measured(Mode::Measure(SAMPLING), &device, |b| b.iter(|| ran.set(ran.get() + 1)));
        let time = metric(&found, "device-time-ms").expect("it has a clock");
        assert_eq!((time.value, time.source.as_deref()), (3.0, Some("device")));
        assert!(
            (1..=DEVICE_TIMED).contains(&time.samples.len()) && time.samples.len() == device.profiled.get()
        );
        let beside = device.profiled.get() as u64 + 1;
        assert!(ran.get() > found.warm_up.iterations + found.samples.total_iterations() + beside - 1);
        assert!(
            ran.get()
                <= found.warm_up.iterations + found.samples.total_iterations() + beside + WATCHED as u64
        );
    }

    #[test]
    fn a_device_without_one_is_asked_once() {
        let device = Clocked::default();
        let found = measured(Mode::Measure(SAMPLING), &device, |b| b.iter(|| 1));
        assert_eq!((metric(&found, "device-time-ms"), device.profiled.get()), (None, 1));
        // A benchmark that times itself has nothing that a device could bracket.
        let device = Clocked { has_clock: true, ..Clocked::default() };
        let custom = |b: &mut Bencher| b.iter_custom(|n| Duration::from_micros(100 * n));
        let found = measured(Mode::Measure(SAMPLING), &device, custom);
        assert_eq!((metric(&found, "device-time-ms"), device.profiled.get()), (None, 0));
        assert_eq!(metric(&found, "mem-peak-bytes").map(|peak| peak.value), Some(10.0));
    }

    #[test]
    fn what_is_reserved_for_nobody_is_released_around_the_samples_alone() {
        let device = Clocked::default();
        let found = measured(Mode::Measure(SAMPLING), &device, |b| {
            b.iter(|| assert_eq!(device.released.get().min(1), 1, "before anything runs"));
        });
        assert_eq!(device.released.get(), 2);
        assert_eq!(metric(&found, "mem-fragmentation").map(|share| share.value), Some(0.75));
        let device = Clocked::default();
        let found = measured(Mode::Once, &device, |b| b.iter(|| 1));
        assert_eq!((device.released.get(), device.profiled.get(), found.metrics.len()), (1, 0, 0));
    }

    #[track_caller]
    fn check_compiling(compiles: bool, first: Duration, expected: bool) {
        let mut first = Some(first);
        let device = Clocked { compiles, ..Clocked::default() };
        let found = measured(Mode::Measure(SAMPLING), &device, |b| {
            b.iter_custom(|n| first.take().unwrap_or(Duration::from_micros(100 * n)));
        });
        assert_eq!(metric(&found, "compile-ms").is_some(), expected, "{:?}", found.warm_up);
    }

    #[test]
    fn compiling_is_what_the_warm_up_of_a_compiler_takes() {
        check_compiling(true, Duration::from_millis(300), true);
        check_compiling(true, Duration::from_micros(900), false);
        check_compiling(false, Duration::from_millis(300), false);
    }

    #[test]
    fn a_metric_that_json_cannot_hold_is_refused() {
        let mut bencher = Bencher::new("host", Params::new(), Mode::Once, Box::new(|_, _| ()));
        let gaps = bencher.series("itl-ms", "ms", Direction::Lower);
        bencher.iter(|| gaps.push(f64::NAN));
        let error = bencher.finish().expect_err("it is refused");
        assert!(error.to_string().contains("the metric `itl-ms` is NaN"), "{error}");
    }
}
