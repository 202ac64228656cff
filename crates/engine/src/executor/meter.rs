//! The energy of what is timed: sensors read by a thread of this process while a child measures, and only what falls into the
//! timed regions counts.
//!
//! The child knows nothing of it, so nothing of it is in its samples but what this process takes of the machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use accel_bench_record::catalogue::{
    CLOCK_MIN, ENERGY_PER_SAMPLE, ENERGY_PER_TOKEN, Known, POWER_AVG, TEMPERATURE, THROTTLED,
};
use accel_bench_record::protocol::Phase;
use accel_bench_record::{Measurement, MeterReading, Metric, Throughput};

use super::Settings;
use crate::Meters;
use crate::plan::Unit;

/// Sensors are read this often; those of NVIDIA are renewed every 20 to 100 ms, RAPL's every millisecond.
const EVERY: Duration = Duration::from_millis(50);

/// Reading takes at most this share of a CPU: slow sensors are read less often.
const MOST_COST: u32 = 200;

/// In a shorter timed region a sensor's value is mostly that of what came before.
const LEAST_TIMED: Duration = Duration::from_millis(200);

/// The sensors, and what they have said so far.
#[derive(Debug)]
pub(super) struct Meter {
    meters: Arc<dyn Meters>,
    readings: Arc<Mutex<Vec<(Instant, MeterReading)>>>,
    thread: Option<JoinHandle<()>>,
}

/// When a case was timed.
#[derive(Debug, Default)]
pub(super) struct TimedRegions {
    done: Vec<(Instant, Instant)>,
    open: Option<Instant>,
}

impl TimedRegions {
    /// The child has got to this phase.
    pub(super) fn enter(&mut self, phase: Phase) {
        match phase {
            Phase::Sampling => {
                self.open.get_or_insert_with(Instant::now);
            }
            _ => self.close(),
        }
    }

    /// Ends what has begun.
    pub(super) fn close(&mut self) {
        self.done.extend(self.open.take().map(|from| (from, Instant::now())));
    }

    /// One that is known as a whole.
    pub(super) fn push(&mut self, from: Instant, to: Instant) {
        self.done.push((from, to));
    }

    fn is_long_enough(&self) -> bool {
        !self.done.is_empty() && self.done.iter().all(|(from, to)| *to - *from >= LEAST_TIMED)
    }
}

impl Meter {
    /// Begins to read the sensors that the children of `unit` show in; `None` where there are none.
    pub(super) fn of(unit: &Unit, settings: &Settings) -> Option<Self> {
        let backend = &unit.cases.first()?.id.backend;
        settings.hardware.meters(backend, &unit.env).map(Self::start)
    }

    fn start(meters: Arc<dyn Meters>) -> Self {
        let readings = Arc::default();
        let (reader, kept) = (Arc::clone(&meters), Arc::clone(&readings));
        // Without a thread there are the readings at the ends.
        let thread = thread::Builder::new().spawn(move || read(&*reader, &kept)).ok();
        Self { meters, readings, thread }
    }

    /// Returns whether the device said, at `then` or since, that it runs slower than it could because of heat or power.
    pub(super) fn was_throttled_since(&self, then: Instant) -> bool {
        let readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let first = readings.partition_point(|(at, _)| *at <= then).saturating_sub(1);
        readings[first..].iter().any(|(_, reading)| reading.is_throttled == Some(true))
    }

    /// Adds what the sensors said while the case was timed. The regions must be over.
    pub(super) fn add_to(&self, measurement: &mut Measurement, regions: &TimedRegions) {
        if !regions.is_long_enough() {
            return;
        }
        // One from behind the last region.
        keep(&*self.meters, &self.readings);
        let readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let metrics = metrics(around(&readings, &regions.done), &regions.done, measurement);
        let sourced = metrics.into_iter().map(|metric| metric.source(self.meters.source()));
        measurement.metrics.extend(sourced);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        // It ends when no one else holds the readings.
        self.readings = Arc::default();
        thread.thread().unpark();
        let _ = thread.join();
    }
}

fn read(meters: &dyn Meters, readings: &Arc<Mutex<Vec<(Instant, MeterReading)>>>) {
    while Arc::strong_count(readings) > 1 {
        let took = keep(meters, readings);
        thread::park_timeout(EVERY.max(took * MOST_COST));
    }
}

/// Returns how long it took.
fn keep(meters: &dyn Meters, readings: &Mutex<Vec<(Instant, MeterReading)>>) -> Duration {
    // Held while the sensors are read: readings of two threads are in their order.
    let mut readings = readings.lock().unwrap_or_else(PoisonError::into_inner);
    let start = Instant::now();
    let reading = meters.read();
    let took = start.elapsed();
    // The values hold for the middle of asking.
    readings.push((start + took / 2, reading));
    took
}

/// The readings from the last before the regions to the first behind them: what was read while other cases ran is not theirs.
fn around<'r>(
    readings: &'r [(Instant, MeterReading)],
    regions: &[(Instant, Instant)],
) -> &'r [(Instant, MeterReading)] {
    let from = regions.iter().map(|(from, _)| *from).min();
    let to = regions.iter().map(|(_, to)| *to).max();
    let Some((from, to)) = from.zip(to) else { return &[] };
    let first = readings.partition_point(|(at, _)| *at <= from).saturating_sub(1);
    let last = readings.partition_point(|(at, _)| *at < to).saturating_add(1).min(readings.len());
    &readings[first..last]
}

/// The metrics of a case that was timed in `regions`. Pure.
fn metrics(
    readings: &[(Instant, MeterReading)],
    regions: &[(Instant, Instant)],
    measurement: &Measurement,
) -> Vec<Metric> {
    let within = |at: Instant| regions.iter().any(|(from, to)| (*from..=*to).contains(&at));
    let said: Vec<_> = readings.iter().filter(|(at, _)| within(*at)).map(|(_, reading)| reading).collect();
    let least =
        |value: fn(&MeterReading) -> Option<f64>| said.iter().filter_map(|it| value(it)).reduce(f64::min);
    let most =
        |value: fn(&MeterReading) -> Option<f64>| said.iter().filter_map(|it| value(it)).reduce(f64::max);
    let throttled: Vec<_> = said.iter().filter_map(|reading| reading.is_throttled).collect();
    let throttled = (!throttled.is_empty())
        .then(|| throttled.iter().filter(|is| **is).count() as f64 / throttled.len() as f64);
    let power = power(readings, regions);
    let of = |known: &Known, value: Option<f64>| value.map(|value| known.of(value));
    let energy = power.into_iter().flat_map(|watts| energy(watts, measurement));
    let state = [
        of(&POWER_AVG, power),
        of(&CLOCK_MIN, least(|reading| reading.clock_mhz)),
        of(&TEMPERATURE, most(|reading| reading.temperature_c)),
        of(&THROTTLED, throttled),
    ];
    energy.chain(state.into_iter().flatten()).collect()
}

/// Watts on average over the regions: from the energy counter or, without one, from the readings of power.
fn power(readings: &[(Instant, MeterReading)], regions: &[(Instant, Instant)]) -> Option<f64> {
    let seconds: f64 = regions.iter().map(|(from, to)| (*to - *from).as_secs_f64()).sum();
    let counted = || regions.iter().map(|region| counted(readings, *region)).sum::<Option<f64>>();
    let sampled = || regions.iter().map(|region| sampled(readings, *region)).sum::<Option<f64>>();
    counted()
        .or_else(sampled)
        .map(|joules| joules / seconds)
        .filter(|watts| *watts >= 0.0 && watts.is_finite())
}

/// Joules of one region by the counter. `None` where a reading of it is missing or falls.
fn counted(readings: &[(Instant, MeterReading)], (from, to): (Instant, Instant)) -> Option<f64> {
    let energy: Option<Vec<_>> =
        readings.iter().map(|(at, reading)| Some((*at, reading.energy_joules?))).collect();
    let energy = energy?;
    let rises = energy.windows(2).all(|pair| pair[1].1 >= pair[0].1);
    rises.then(|| Some(at(&energy, to)? - at(&energy, from)?))?
}

/// Joules of one region by the readings of power: the trapezoidal rule.
fn sampled(readings: &[(Instant, MeterReading)], (from, to): (Instant, Instant)) -> Option<f64> {
    let power: Vec<_> =
        readings.iter().filter_map(|(at, reading)| Some((*at, reading.power_watts?))).collect();
    let inside = power.iter().copied().filter(|(at, _)| *at > from && *at < to);
    let ends = (at(&power, from)?, at(&power, to)?);
    let line: Vec<_> = std::iter::once((from, ends.0)).chain(inside).chain([(to, ends.1)]).collect();
    let area =
        |pair: &[(Instant, f64)]| (pair[1].0 - pair[0].0).as_secs_f64() * (pair[0].1 + pair[1].1) / 2.0;
    Some(line.windows(2).map(area).sum())
}

/// The value at a moment between two readings, on a straight line. `None` outside of them.
fn at(values: &[(Instant, f64)], moment: Instant) -> Option<f64> {
    let after = values.iter().position(|(at, _)| *at >= moment)?;
    let (right, high) = values[after];
    if right == moment {
        return Some(high);
    }
    let (left, low) = values[after.checked_sub(1)?];
    let share = (moment - left).as_secs_f64() / (right - left).as_secs_f64();
    Some(low + share * (high - low))
}

/// Joules of each sample and token, at this power over the time of an iteration.
fn energy(watts: f64, measurement: &Measurement) -> Vec<Metric> {
    let iterations = measurement.samples.total_iterations();
    if iterations == 0 {
        return Vec::new();
    }
    let seconds = measurement.samples.total_nanos() as f64 / 1e9 / iterations as f64;
    let mut metrics = Vec::new();
    let mut samples = 1;
    for throughput in &measurement.throughput {
        match throughput {
            Throughput::Samples(count) => samples = (*count).max(1),
            Throughput::Tokens(count) if *count > 0 => {
                metrics.push(ENERGY_PER_TOKEN.of(watts * seconds / *count as f64));
            }
            _ => {}
        }
    }
    metrics.insert(0, ENERGY_PER_SAMPLE.of(watts * seconds / samples as f64));
    metrics
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use accel_bench_record::Samples;

    use super::*;

    fn second(start: Instant, seconds: f64) -> Instant {
        start + Duration::from_secs_f64(seconds)
    }

    fn joules(joules: f64) -> MeterReading {
        MeterReading { energy_joules: Some(joules), ..MeterReading::default() }
    }

    fn watts(watts: f64) -> MeterReading {
        MeterReading { power_watts: Some(watts), ..MeterReading::default() }
    }

    /// 10 iterations of 0.1 s.
    fn measurement(throughput: Vec<Throughput>) -> Measurement {
        let mut samples = Samples::default();
        samples.push(10, 1_000_000_000);
        Measurement { samples, throughput, ..Measurement::default() }
    }

    fn value(metrics: &[Metric], known: &Known) -> Option<f64> {
        metrics
            .iter()
            .find(|metric| metric.name == known.name)
            .map(|metric| (metric.value * 1e6).round() / 1e6)
    }

    #[track_caller]
    fn check(readings: &[(f64, MeterReading)], regions: &[(f64, f64)], expected: Option<f64>) {
        let start = Instant::now();
        let readings: Vec<_> = readings.iter().map(|(at, reading)| (second(start, *at), *reading)).collect();
        let regions: Vec<_> =
            regions.iter().map(|(from, to)| (second(start, *from), second(start, *to))).collect();
        let found = metrics(&readings, &regions, &measurement(Vec::new()));
        assert_eq!(value(&found, &POWER_AVG), expected);
        assert_eq!(value(&found, &ENERGY_PER_SAMPLE), expected.map(|watts| watts / 10.0));
    }

    #[test]
    fn energy_outside_of_the_regions_does_not_count() {
        // 100 W, but 300 W in the second second.
        let counter = [(0.0, joules(0.0)), (1.0, joules(100.0)), (2.0, joules(400.0)), (3.0, joules(500.0))];
        check(&counter, &[(1.0, 2.0)], Some(300.0));
        check(&counter, &[(0.5, 1.0)], Some(100.0));
        check(&counter, &[(0.0, 1.0), (2.0, 3.0)], Some(100.0));
        check(&counter, &[(0.5, 1.5)], Some(200.0));
        let power = [(0.0, watts(100.0)), (1.0, watts(100.0)), (2.0, watts(300.0)), (3.0, watts(300.0))];
        check(&power, &[(0.0, 1.0)], Some(100.0));
        check(&power, &[(1.0, 2.0)], Some(200.0));
        check(&power, &[(0.5, 2.5)], Some((50.0 + 200.0 + 150.0) / 2.0));
    }

    #[test]
    fn sensors_that_lie_or_are_silent_have_no_energy() {
        check(&[(0.0, joules(9.0)), (1.0, joules(3.0)), (2.0, joules(12.0))], &[(0.0, 2.0)], None);
        check(
            &[(0.0, joules(0.0)), (1.0, MeterReading::default()), (2.0, joules(12.0))],
            &[(0.0, 2.0)],
            None,
        );
        check(&[(0.0, watts(f64::NAN)), (2.0, watts(1.0))], &[(0.0, 2.0)], None);
        check(&[(1.0, joules(0.0)), (2.0, joules(12.0))], &[(0.0, 2.0)], None);
        check(&[], &[(0.0, 2.0)], None);
    }

    #[test]
    fn a_fault_of_the_sensors_costs_the_cases_around_it_alone() {
        let start = Instant::now();
        let readings: Vec<_> =
            [(0.0, joules(9.0)), (1.0, joules(3.0)), (2.0, joules(5.0)), (3.0, joules(7.0))]
                .into_iter()
                .map(|(at, reading)| (second(start, at), reading))
                .collect();
        let check = |from: f64, to: f64, expected: usize| {
            let regions = [(second(start, from), second(start, to))];
            assert_eq!(around(&readings, &regions).len(), expected, "{from} to {to}");
            power(around(&readings, &regions), &regions)
        };
        assert_eq!(check(1.5, 2.5, 3), Some(2.0));
        assert_eq!(check(1.0, 2.0, 2), Some(2.0));
        assert_eq!(check(0.5, 1.5, 3), None, "the counter fell in it");
        assert_eq!(check(2.5, 9.0, 2), None, "nothing was read behind it");
        assert!(around(&readings, &[]).is_empty());
    }

    #[test]
    fn samples_and_tokens_share_the_energy() {
        let found = energy(50.0, &measurement(vec![Throughput::Tokens(20), Throughput::Samples(4)]));
        assert_eq!(value(&found, &ENERGY_PER_SAMPLE), Some(1.25));
        assert_eq!(value(&found, &ENERGY_PER_TOKEN), Some(0.25));
        assert!(energy(50.0, &Measurement::default()).is_empty());
    }

    #[test]
    fn the_state_of_the_device_is_that_of_the_regions() {
        let start = Instant::now();
        let reading = |clock: f64, heat: f64, is_throttled| MeterReading {
            clock_mhz: Some(clock),
            temperature_c: Some(heat),
            is_throttled: Some(is_throttled),
            ..MeterReading::default()
        };
        let readings = [
            (start, reading(200.0, 90.0, true)),
            (second(start, 1.0), reading(1500.0, 60.0, false)),
            (second(start, 2.0), reading(1400.0, 70.0, true)),
        ];
        let found = metrics(&readings, &[(second(start, 0.5), second(start, 2.0))], &measurement(Vec::new()));
        assert_eq!(value(&found, &CLOCK_MIN), Some(1400.0));
        assert_eq!(value(&found, &TEMPERATURE), Some(70.0));
        assert_eq!(value(&found, &THROTTLED), Some(0.5));
        assert_eq!(value(&found, &POWER_AVG), None);
    }

    #[test]
    fn regions_follow_the_phases() {
        let mut regions = TimedRegions::default();
        for phase in [Phase::Setup, Phase::WarmUp, Phase::Sampling, Phase::Sampling, Phase::Cleanup] {
            regions.enter(phase);
        }
        assert_eq!((regions.done.len(), regions.open), (1, None));
        assert!(!regions.is_long_enough(), "it took microseconds");
        let now = Instant::now();
        regions.done.clear();
        regions.push(now, now + LEAST_TIMED);
        assert!(regions.is_long_enough());
    }

    #[test]
    fn one_short_turn_is_enough_for_no_energy() {
        let now = Instant::now();
        let mut regions = TimedRegions::default();
        regions.close();
        assert!(regions.done.is_empty() && !regions.is_long_enough(), "nothing was timed");
        regions.push(now, now + LEAST_TIMED);
        regions.push(now + LEAST_TIMED, now + 3 * LEAST_TIMED);
        assert!(regions.is_long_enough());
        regions.push(now + 3 * LEAST_TIMED, now + 3 * LEAST_TIMED + LEAST_TIMED / 2);
        assert!(!regions.is_long_enough());
        // A phase that follows sampling ends the region; the same phase again does not begin another.
        let mut regions = TimedRegions::default();
        regions.enter(Phase::Sampling);
        let begun = regions.open;
        regions.enter(Phase::Sampling);
        assert_eq!(regions.open, begun);
        regions.enter(Phase::Cleanup);
        regions.enter(Phase::Cleanup);
        assert_eq!(regions.done.len(), 1);
    }

    /// Each reading says one joule more.
    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl Meters for Counting {
        fn source(&self) -> &'static str {
            "nvml"
        }

        fn read(&self) -> MeterReading {
            joules(self.0.fetch_add(1, Ordering::Relaxed) as f64)
        }
    }

    #[test]
    fn a_throttled_moment_is_known() {
        let start = Instant::now();
        let reading = |is_throttled| MeterReading { is_throttled, ..MeterReading::default() };
        let said = [(0.0, Some(true)), (1.0, Some(false)), (2.0, Some(true)), (3.0, None)];
        let readings = said.map(|(at, is_throttled)| (second(start, at), reading(is_throttled)));
        let readings = Arc::new(Mutex::new(readings.to_vec()));
        let meter = Meter { meters: Arc::<Counting>::default(), readings, thread: None };
        let check = |then: f64, expected: bool| {
            assert_eq!(meter.was_throttled_since(second(start, then)), expected, "{then}");
        };
        check(0.5, true);
        check(1.5, true);
        check(2.5, true);
        check(3.5, false);
        meter.readings.lock().expect("no one panicked").drain(1..);
        check(0.5, true);
        meter.readings.lock().expect("no one panicked").clear();
        check(0.5, false);
    }

    #[test]
    fn the_thread_reads_until_the_meter_is_gone() {
        let meters = Arc::new(Counting::default());
        let meter = Meter::start(Arc::<Counting>::clone(&meters));
        while meters.0.load(Ordering::Relaxed) < 3 {
            thread::yield_now();
        }
        let begun = Instant::now();
        let mut regions = TimedRegions::default();
        regions.push(begun, Instant::now());
        let mut measured = measurement(Vec::new());
        meter.add_to(&mut measured, &regions);
        assert!(measured.metrics.is_empty(), "it was too short");
        regions.done = vec![(begun, begun + LEAST_TIMED)];
        while Instant::now() < begun + LEAST_TIMED {
            thread::yield_now();
        }
        meter.add_to(&mut measured, &regions);
        let power = measured.metrics.iter().find(|metric| metric.name == POWER_AVG.name);
        assert_eq!(power.and_then(|power| power.source.as_deref()), Some("nvml"));
        drop(meter);
        assert_eq!(Arc::strong_count(&meters), 1, "the thread has ended");
    }
}
