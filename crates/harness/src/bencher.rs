//! What a benchmark is given: its parameters, and the loops that time it.

use std::collections::BTreeMap;
use std::mem::needs_drop;
use std::time::{Duration, Instant};

use crate::device::{Device, DeviceError, Host, is_asynchronous};
use crate::protocol::{Phase, Sampling};
use crate::record::{Direction, Measurement, Metric, Params, Samples, Throughput, WarmUp};
use crate::sampler::{self, Routine, Turns};
use crate::slowdown::Slowdown;
use crate::{Error, FromParam, black_box};

/// The most outputs or inputs kept alive in one batch: beyond it memory would be what is measured.
const MAX_KEPT: u64 = 4_096;

/// The largest batch of work whose output needs no drop.
const MAX_BATCH: u64 = 1 << 32;

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);

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
    measured: Option<(Samples, WarmUp)>,
    throughput: Vec<Throughput>,
    metrics: Vec<Metric>,
    notes: BTreeMap<String, String>,
    observer: Observer,
}

/// Hears where a case is, with the running estimate of an iteration in nanoseconds.
pub(crate) type Observer = Box<dyn FnMut(Phase, Option<f64>)>;

/// How much is run.
pub(crate) enum Mode {
    Measure(Sampling),
    /// Samples when someone says so, in turns with other processes.
    Turns(Sampling, Box<dyn Turns>),
    /// One iteration, to see that it works: `cargo test --benches`.
    Once,
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
            measured: None,
            throughput: Vec::new(),
            metrics: Vec::new(),
            notes: BTreeMap::new(),
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

    /// The device that the work runs on: it is synchronised at the end of every sample.
    pub fn device(&mut self, device: impl Device + 'static) {
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

    /// A metric of the benchmark's own.
    pub fn metric(&mut self, metric: Metric) {
        self.metrics.push(metric);
    }

    /// Says in words how the case ran: `b.note("effective-precision", "f32")` where that is not the precision that was
    /// asked for. A later note of a name takes the place of an earlier one.
    pub fn note(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.notes.insert(name.into(), text.into());
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
            kept.reserve(usize::try_from(iterations).unwrap_or(usize::MAX));
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
            kept.reserve(inputs.len());
            let nanos = clock.time(iterations, || {
                kept.extend(inputs.into_iter().map(|input| black_box(routine(black_box(input)))));
            });
            kept.clear();
            nanos
        });
    }

    /// `routine` runs the iterations it is told and returns what they took. It synchronises by itself.
    pub fn iter_custom(&mut self, mut routine: impl FnMut(u64) -> Duration) {
        if self.slowdown.is_some() {
            self.unsupported(
                "`iter_custom` has a clock of its own, so nothing can be added to what it times",
            );
        }
        self.time(MAX_BATCH, |_, iterations| Ok(nanos(routine(iterations))));
    }

    /// [`iter`](Self::iter) for a routine that can fail: the first error of a batch ends the case.
    pub(crate) fn iter_fallible<O>(&mut self, mut routine: impl FnMut() -> Result<O, Error>) {
        let mut kept = Vec::new();
        self.time(max_batch(true), |clock, iterations| {
            kept.reserve(usize::try_from(iterations).unwrap_or(usize::MAX));
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
        if is_asynchronous(&self.backend) && !self.has_device {
            self.fail(format!(
                "`{}` is asynchronous and the harness does not know the device, so it would time the queue; call \
                 `b.device(…)` or `b.sync_with(…)` first",
                self.backend
            ));
        }
        let clock = Clock { device: &*self.device, slowdown: Slowdown::default() };
        let mut timing = Timing {
            clock,
            batch,
            max_batch,
            share: self.slowdown,
            observer: &mut self.observer,
            told: Instant::now(),
        };
        let outcome = match &mut self.mode {
            Mode::Measure(sampling) => sampler::measure(&mut timing, sampling),
            Mode::Turns(sampling, turns) => sampler::take_turns(&mut timing, sampling, &mut **turns),
            Mode::Once => timing
                .batch(1)
                .map(|nanos| (Samples { iterations: vec![1], nanos: vec![nanos] }, WarmUp::default())),
        };
        self.measured = Some(outcome.unwrap_or_else(|error| error.stop()));
    }

    /// What was measured, rates and memory included.
    pub(crate) fn finish(self) -> Result<Measurement, Error> {
        let Some((samples, warm_up)) = self.measured else {
            return Err(Error::new("nothing was timed; call `b.iter(|| …)` once"));
        };
        let mut metrics = self.metrics;
        // JSON has no such number: the message could not be read at the other end.
        if let Some(metric) = metrics.iter().find(|metric| !metric.value.is_finite()) {
            return Err(Error::new(format!("the metric `{}` is {}", metric.name, metric.value)));
        }
        if let Some(memory) = self.device.memory() {
            // A pool does not shrink by itself: what it holds now is the most that it held.
            let reserved =
                Metric::new("mem-reserved-bytes", "bytes", Direction::Lower, memory.reserved as f64);
            let in_use = Metric::new("mem-in-use-bytes", "bytes", Direction::Lower, memory.in_use as f64);
            metrics.extend([reserved.source("pool"), in_use.source("pool")]);
        }
        let device = self.has_device.then(|| self.device.name());
        let (throughput, notes) = (self.throughput, self.notes);
        Ok(Measurement { samples, throughput, metrics, warm_up, device, conditions: None, notes })
    }
}

impl std::fmt::Debug for Bencher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Bencher");
        shown.field("backend", &self.backend).field("params", &self.params);
        shown.finish_non_exhaustive()
    }
}

fn max_batch(keeps: bool) -> u64 {
    if keeps { MAX_KEPT } else { MAX_BATCH }
}

/// What times one sample.
#[derive(Clone, Copy)]
struct Clock<'a> {
    device: &'a dyn Device,
    slowdown: Slowdown,
}

impl Clock<'_> {
    /// Nanoseconds of `work`, so many iterations, and of the synchronisation after it.
    #[inline]
    fn time(self, iterations: u64, work: impl FnOnce()) -> Result<u64, Error> {
        let start = Instant::now();
        work();
        // A launch returns before the kernel has run: without this the clock measures the queue.
        let synced = self.device.sync();
        // After the synchronisation: before it a device would work meanwhile, and nothing would take longer.
        self.slowdown.suffer(iterations);
        let elapsed = nanos(start.elapsed());
        synced.map(|()| elapsed).map_err(|error| Error::device(&error))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A routine and its device, as the sampler drives them.
struct Timing<'a, F> {
    clock: Clock<'a>,
    batch: F,
    max_batch: u64,
    /// The slowdown that is asked for.
    share: Option<f64>,
    observer: &'a mut Observer,
    told: Instant,
}

impl<F: FnMut(Clock<'_>, u64) -> Result<u64, Error>> Routine for Timing<'_, F> {
    fn batch(&mut self, iterations: u64) -> Result<u64, Error> {
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

    fn max_batch(&self) -> u64 {
        self.max_batch
    }

    fn now(&self) -> u64 {
        static ORIGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        nanos(ORIGIN.get_or_init(Instant::now).elapsed())
    }

    fn observe(&mut self, phase: Phase, estimate_nanos: f64) {
        if self.told.elapsed() >= TELL_EVERY {
            (self.observer)(phase, Some(estimate_nanos));
            self.told = Instant::now();
        }
    }
}
