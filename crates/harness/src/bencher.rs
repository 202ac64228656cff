//! The argument of a benchmark: its parameters, and the loops that time it.

use std::collections::BTreeMap;
use std::mem::needs_drop;
use std::time::{Duration, Instant};

use crate::clock::{Clock, Probe};
use crate::device::{Device, DeviceError, Host};
use crate::observer::Observer;
use crate::sampler::{self, Turns};
use crate::series::Series;
use crate::slowdown::Slowdown;
use crate::timing::{Recorder, Timing};
use crate::{Error, FromParam, black_box};
use accel_bench_record::catalogue::{self, Known};
use accel_bench_record::protocol::{Phase, Sampling};
use accel_bench_record::{
    Direction, HOST, Measurement, Metric, Params, Samples, Throughput, TimingMethod, WarmUp,
};

/// The most outputs or inputs kept alive in one batch: beyond it memory would be what is measured.
const MAX_KEPT: u64 = 4_096;

/// The largest batch of work whose output needs no drop.
const MAX_BATCH: u64 = 1 << 32;

/// A warm-up that lost less than this before it settled compiled nothing; nanoseconds.
const LEAST_COMPILING: u64 = 1_000_000;

/// Times a benchmark: call exactly one of [`iter`](Self::iter), [`iter_batched`](Self::iter_batched) and
/// [`iter_custom`](Self::iter_custom), once.
pub struct Bencher {
    backend: String,
    params: Params,
    mode: Mode,
    /// See [`Self::slow_down`].
    slowdown: Option<f64>,
    device: Box<dyn Device>,
    has_device: bool,
    /// By [`Self::iter_custom`].
    times_itself: bool,
    measured: Option<(Samples, WarmUp)>,
    throughput: Vec<Throughput>,
    metrics: Vec<Metric>,
    notes: BTreeMap<String, String>,
    /// Nanoseconds of iterations by the device's own clock.
    device_nanos: Vec<u64>,
    recorder: Recorder,
    observer: Observer,
}

/// How much is run.
pub(crate) enum Mode {
    Measure(Sampling),
    /// Samples when someone says so, interleaved with other processes.
    Turns(Sampling, Box<dyn Turns>),
    /// One iteration, to see that it works: `cargo test --benches`.
    Once,
    /// None: what the case does is asked for, not how long that takes.
    Describe,
}

impl Bencher {
    pub(crate) fn new(backend: &str, params: Params, mode: Mode, observer: Observer) -> Self {
        Self {
            backend: backend.to_owned(),
            params,
            mode,
            slowdown: None,
            device: Box::new(Host),
            has_device: false,
            times_itself: false,
            measured: None,
            throughput: Vec::new(),
            metrics: Vec::new(),
            notes: BTreeMap::new(),
            device_nanos: Vec::new(),
            recorder: Recorder::new(),
            observer,
        }
    }

    /// The backend that this case runs on: `ndarray`, `wgpu`, …; `host` for plain code.
    #[must_use]
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// The value of a parameter. Missing or of another type, it ends the case with an error that says so.
    #[must_use]
    pub fn param<T: FromParam>(&self, name: &str) -> T {
        self.try_param(name).unwrap_or_else(|error| error.stop())
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// When there is no such parameter, or when its value is of another type.
    pub fn try_param<T: FromParam>(&self, name: &str) -> Result<T, Error> {
        let Some(value) = self.params.get(name) else {
            let known = self.params.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none".to_owned() } else { known };
            return Err(Error::new(format!(
                "there is no parameter `{name}`; this case has {known}; declare it in the attribute: \
                 `#[bench(params({} = […]))]`",
                name.replace('-', "_"),
            )));
        };
        T::from_param(value)
            .ok_or_else(|| Error::new(format!("the parameter `{name}` is `{value}`, not {}", T::EXPECTED)))
    }

    /// The value of a parameter that the benchmark may do without: `None` where there is none.
    ///
    /// # Errors
    /// When its value is of another type.
    pub fn optional_param<T: FromParam>(&self, name: &str) -> Result<Option<T>, Error> {
        if self.params.contains_key(name) { self.try_param(name).map(Some) } else { Ok(None) }
    }

    /// The device that the work runs on: it is synchronised at the end of every sample. Give it before anything is put
    /// on it: what its allocator reserves and no one uses is released here.
    pub fn device(&mut self, device: impl Device + 'static) {
        device.release_unused();
        self.device = Box::new(device);
        self.has_device = true;
    }

    /// [`device`](Self::device) for when a way to synchronise is all there is to say.
    pub fn sync_with(&mut self, sync: impl Fn() -> Result<(), DeviceError> + 'static) {
        struct SyncOnly<F> {
            name: String,
            sync: F,
        }
        impl<F: Fn() -> Result<(), DeviceError>> Device for SyncOnly<F> {
            fn name(&self) -> String {
                self.name.clone()
            }

            fn sync(&self) -> Result<(), DeviceError> {
                (self.sync)()
            }
        }
        self.device(SyncOnly { name: self.backend.clone(), sync });
    }

    /// The work of one iteration, for the rates. May be called for several kinds of work.
    pub fn throughput(&mut self, work: Throughput) {
        self.throughput.push(work);
    }

    /// Floating-point operations of one iteration: with [`bytes_moved`](Self::bytes_moved) they place the case in the roofline of its
    /// device. A multiplication with its addition is two.
    pub fn flops(&mut self, operations: u64) {
        self.metric(catalogue::FLOPS.of(operations as f64));
    }

    /// Bytes that one iteration reads or writes at least.
    pub fn bytes_moved(&mut self, bytes: u64) {
        self.metric(catalogue::BYTES_MOVED.of(bytes as f64));
    }

    /// A metric of the benchmark's own.
    pub fn metric(&mut self, metric: Metric) {
        self.metrics.push(metric);
    }

    /// Says in words how the case ran: `b.note("effective-precision", "f32")` where that is not the precision that was
    /// asked for. A later note of a name takes the place of an earlier one.
    pub fn note(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.notes.insert(name.into(), text.into());
    }

    /// A metric of which the timed routine notes many values, such as the time to the first token of each iteration or
    /// each gap between two tokens; names carry their unit, as in `itl-ms`. What is noted outside of samples does not
    /// count; a series without values is not a metric.
    ///
    /// ```
    /// use std::time::Instant;
    /// use accel_bench::{Bencher, Direction, bench};
    ///
    /// #[bench]
    /// fn first_line(b: &mut Bencher) {
    ///     let first = b.series("first-line-ms", "ms", Direction::Lower);
    ///     b.iter(|| {
    ///         let start = Instant::now();
    ///         let line = "a\nb".lines().next();
    ///         first.push(start.elapsed().as_secs_f64() * 1e3);
    ///         line
    ///     });
    /// }
    /// # fn main() {}
    /// ```
    pub fn series(&mut self, name: impl Into<String>, unit: impl Into<String>, better: Direction) -> Series {
        let series = Series::new(name.into(), unit.into(), better);
        self.recorder.series.push(series.clone());
        series
    }

    /// A [`series`](Self::series) of a metric whose name has a meaning everywhere.
    pub fn series_of(&mut self, metric: &Known) -> Series {
        self.series(metric.name, metric.unit, metric.better)
    }

    /// Returns true if only the work of the case is asked for: its throughput and the metrics that are known without running it, such as
    /// [`FLOPS`](catalogue::FLOPS). Nothing is timed then; a benchmark that loads something large first says what it knows and
    /// returns. `cargo accel-bench history predict` asks it of cases that were never run.
    #[must_use]
    pub fn is_only_described(&self) -> bool {
        matches!(self.mode, Mode::Describe)
    }

    /// Runs `work` and keeps its wall time, the device synchronised at its end, as the metric `{phase}-ms`: what
    /// happens once in a process and is not warm yet. The harness's names are `load` (weights to the device) and
    /// `first-forward`. Ends the case with an error when the device fails, when the phase was timed before, and after the
    /// loop, where nothing is cold any more.
    pub fn cold<T>(&mut self, phase: &str, work: impl FnOnce() -> T) -> T {
        let name = format!("{phase}-ms");
        if self.measured.is_some() || self.metrics.iter().any(|metric| metric.name == name) {
            self.fail(format!("the phase `{phase}` is not cold: it was timed before, or the loop was; time it once, before the loop"));
        }
        self.refuse_to_time_a_queue();
        let start = Instant::now();
        let made = work();
        let synced = self.device.sync();
        let millis = start.elapsed().as_secs_f64() * 1e3;
        synced.unwrap_or_else(|error| Error::device(&error).stop());
        self.metric(Metric::new(name, "ms", Direction::Lower, millis).source("wall-sync"));
        made
    }

    /// Makes the case take longer by this share, with real work; by 0 it does all but that work.
    pub(crate) fn slow_down(&mut self, share: Option<f64>) {
        self.slowdown = share;
    }

    /// Times `routine`. Its outputs are kept until the device has been synchronised and dropped untimed.
    pub fn iter<O>(&mut self, mut routine: impl FnMut() -> O) {
        let mut kept = Vec::new();
        self.time(max_batch(needs_drop::<O>()), |clock, iterations| {
            if !needs_drop::<O>() {
                return clock.time(iterations, || {
                    for _ in 0..iterations {
                        black_box(routine());
                    }
                });
            }
            make_room(&mut kept, iterations);
            let nanos = clock.time(iterations, || kept.extend((0..iterations).map(|_| black_box(routine()))));
            kept.clear();
            nanos
        });
    }

    /// Times `routine` on inputs that `setup` makes untimed, one for each iteration.
    pub fn iter_batched<I, O>(&mut self, mut setup: impl FnMut() -> I, mut routine: impl FnMut(I) -> O) {
        let mut kept = Vec::new();
        self.time(max_batch(true), |clock, iterations| {
            let inputs: Vec<I> = (0..iterations).map(|_| setup()).collect();
            // Uploading the inputs is setup too.
            clock.device.sync().map_err(|error| Error::device(&error))?;
            make_room(&mut kept, iterations);
            let nanos = clock.time(iterations, || {
                kept.extend(inputs.into_iter().map(|input| black_box(routine(black_box(input)))));
            });
            kept.clear();
            nanos
        });
    }

    /// `routine` runs the iterations it is reported and returns what they took. It synchronises by itself.
    pub fn iter_custom(&mut self, mut routine: impl FnMut(u64) -> Duration) {
        self.try_iter_custom(|iterations| Ok(routine(iterations)));
    }

    /// [`iter_custom`](Self::iter_custom) for a routine that can fail: its first error ends the case.
    pub fn try_iter_custom(&mut self, mut routine: impl FnMut(u64) -> Result<Duration, Error>) {
        if self.slowdown.is_some() {
            self.unsupported(
                "`iter_custom` has a clock of its own, so nothing can be added to what it times",
            );
        }
        self.times_itself = true;
        self.time(MAX_BATCH, |_, iterations| routine(iterations).map(nanos));
    }

    /// [`iter`](Self::iter) for a routine that can fail: the first error of a batch ends the case.
    pub fn try_iter<O>(&mut self, mut routine: impl FnMut() -> Result<O, Error>) {
        let mut kept = Vec::new();
        self.time(max_batch(true), |clock, iterations| {
            make_room(&mut kept, iterations);
            let nanos = clock.time(iterations, || kept.extend((0..iterations).map(|_| black_box(routine()))));
            kept.drain(..).collect::<Result<Vec<O>, Error>>()?;
            nanos
        });
    }

    /// Ends the case: this backend or device cannot run it. No fault, and no result.
    pub fn unsupported(&self, reason: impl Into<String>) -> ! {
        Error::unsupported(reason).stop()
    }

    /// Ends the case: the output is not what it has to be. A wrong result has no time.
    pub fn wrong_output(&self, reason: impl Into<String>) -> ! {
        Error::wrong_output(reason).stop()
    }

    /// Ends the case with an error.
    pub fn fail(&self, reason: impl Into<String>) -> ! {
        Error::new(reason).stop()
    }

    /// The samples so far: none before the benchmark was timed.
    pub(crate) fn samples(&self) -> Samples {
        self.measured.as_ref().map(|(samples, _)| samples.clone()).unwrap_or_default()
    }

    pub(crate) fn tell(&mut self, phase: Phase) {
        (self.observer)(phase, None);
    }

    fn time(&mut self, max_batch: u64, batch: impl FnMut(Clock<'_>, u64) -> Result<u64, Error>) {
        if self.measured.is_some() {
            self.fail("the benchmark was timed twice; one benchmark has one `iter`");
        }
        self.refuse_to_time_a_queue();
        let mut timing = Timing {
            clock: Clock { device: &*self.device, slowdown: Slowdown::default(), probe: Probe::None },
            batch,
            max_batch,
            share: self.slowdown,
            observer: &mut self.observer,
            recorder: &self.recorder,
            told: Instant::now(),
            sampled: 0,
            sample_bytes: 0,
        };
        let outcome = match &mut self.mode {
            Mode::Measure(sampling) => sampler::measure(&mut timing, sampling),
            Mode::Turns(sampling, turns) => sampler::take_turns(&mut timing, sampling, &mut **turns),
            Mode::Once => sampler::once(&mut timing),
            Mode::Describe => Ok((Samples::default(), WarmUp::default())),
        };
        let (samples, warm_up) = outcome.unwrap_or_else(|error| error.stop());
        let device_nanos = match self.mode {
            Mode::Once | Mode::Describe => Ok(Vec::new()),
            Mode::Measure(_) | Mode::Turns(..) => timing.look_beside(&samples),
        };
        self.device_nanos = device_nanos.unwrap_or_else(|error| error.stop());
        self.measured = Some((samples, warm_up));
    }

    fn refuse_to_time_a_queue(&self) {
        if self.backend != HOST && !self.has_device {
            self.fail(format!(
                "the harness does not know the device of `{}`, so it might time a queue; call `b.device(…)` or \
                 `b.sync_with(…)` first, or `b.device(accel_bench::Host)` where work is done when the call returns",
                self.backend
            ));
        }
    }

    /// Returns what was measured, all metrics included.
    pub(crate) fn finish(self) -> Result<Measurement, Error> {
        let untimed = self.is_only_described().then(Default::default);
        let Some((samples, warm_up)) = self.measured.or(untimed) else {
            return Err(Error::new("nothing was timed; call `b.iter(|| …)` once"));
        };
        let mut metrics = self.metrics;
        metrics.extend(self.recorder.series.iter().filter_map(Series::metric));
        metrics.extend(compiling(&*self.device, warm_up));
        metrics.extend(device_time(&self.device_nanos));
        metrics.extend(self.recorder.watch.borrow().metrics());
        // JSON has no such number: the message could not be read at the other end.
        if let Some((metric, number)) = metrics.iter().find_map(|metric| Some((metric, metric.not_finite()?)))
        {
            return Err(Error::new(format!("the metric `{}` is {number}", metric.name)));
        }
        let timing_method = match self.device.is_asynchronous() {
            _ if self.times_itself => TimingMethod::Custom,
            true => TimingMethod::WallSync,
            false => TimingMethod::Wall,
        };
        let memory = self.recorder.watch.borrow().readings();
        let device = self.has_device.then(|| self.device.name());
        let (throughput, notes) = (self.throughput, self.notes);
        Ok(Measurement {
            samples,
            timing_method,
            throughput,
            metrics,
            memory,
            warm_up,
            device,
            conditions: None,
            layout: None,
            notes,
        })
    }
}

/// `compile-ms`: what the warm-up of a backend that compiles its kernels took above the steady time until it settled.
fn compiling(device: &dyn Device, warm_up: WarmUp) -> Option<Metric> {
    let nanos = warm_up.settling_nanos.filter(|nanos| *nanos >= LEAST_COMPILING && device.compiles())?;
    Some(catalogue::COMPILE.of(nanos as f64 / 1e6))
}

/// `device-time-ms` of single iterations.
fn device_time(nanos: &[u64]) -> Option<Metric> {
    let millis: Vec<f64> = nanos.iter().map(|&nanos| nanos as f64 / 1e6).collect();
    (!millis.is_empty()).then(|| catalogue::DEVICE_TIME.of_samples(millis))
}

impl std::fmt::Debug for Bencher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Bencher");
        shown.field("backend", &self.backend).field("params", &self.params);
        shown.finish_non_exhaustive()
    }
}

/// Room for just this many outputs: what a larger batch needed once is not the memory of this one.
fn make_room<O>(kept: &mut Vec<O>, iterations: u64) {
    let iterations = usize::try_from(iterations).unwrap_or(usize::MAX);
    kept.shrink_to(iterations);
    kept.reserve_exact(iterations);
}

fn max_batch(keeps: bool) -> u64 {
    if keeps { MAX_KEPT } else { MAX_BATCH }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
