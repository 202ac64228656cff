//! When to warm up, how to batch, how many samples: the schedule of a measurement, over any routine.
//!
//! Knows no device and no benchmark; time comes in through [`Routine`], so that tests run without a clock.

use crate::Error;
use crate::routine::Routine;
use crate::waiting::waited_nanos;
use accel_bench_record::protocol::{Phase, Sampling};
use accel_bench_record::stats::median;
use accel_bench_record::{Samples, WarmUp};

/// Warm-up ends at this multiple of its length whether times are steady or not.
const WARM_UP_BOUND: u64 = 10;

/// A sample lasts at least this many times what it costs to take one (the synchronisation, mostly), so that
/// the cost is at most 1 % of the reported time.
const OVERHEAD_FACTOR: u64 = 100;

/// No sample is stretched beyond this for the overhead's sake, nanoseconds.
const LONGEST_STRETCH: u64 = 100_000_000;

/// Sampling ends at this multiple of its time even if `min_samples` is not reached.
const TIME_BOUND: u64 = 5;

/// A fall of the median by less than this share, half a window to the next, counts as steady. Slow drift is
/// the comparison's business; warm-up is about caches, clocks and compilers, which move by far more.
const STEADY_WITHIN: f64 = 0.03;

/// Room for this many samples is made ahead: memory must not grow because it is sampled.
const ROOM: usize = 16_384;

/// The most batches that steadiness is judged on.
const WINDOW: usize = 10;

/// Who says when a sample is taken, when other processes are interleaved with this one.
pub(crate) trait Turns {
    /// The case is warm; nanoseconds of one iteration, of the overhead of a sample, the largest batch, and whether the
    /// device works asynchronously.
    fn ready(&mut self, estimate_nanos: f64, overhead_nanos: u64, max_batch: u64, is_asynchronous: bool);

    /// Waits for the next turn; `None` ends the case.
    fn next(&mut self) -> Option<Turn>;

    /// Returns what the turn brought: nanoseconds of each sample, and how long the process waited in it if that is known.
    fn sampled(&mut self, nanos: Vec<u64>, waited_nanos: Option<Vec<u64>>);
}

/// Samples in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) iterations: u64,
    pub(crate) samples: u32,
    /// Samples before these that count for nothing.
    pub(crate) discard: u32,
    /// The last sample of the turn before this one was disturbed, and counts for nothing either.
    pub(crate) redo: bool,
}

/// Warms up, then samples when it is reported to.
pub(crate) fn take_turns(
    routine: &mut impl Routine,
    sampling: &Sampling,
    turns: &mut dyn Turns,
) -> Result<(Samples, WarmUp), Error> {
    let (warm_up, estimate) = warm_up(routine, sampling.warm_up_nanos)?;
    let max_batch = routine.max_batch();
    routine.slow_down(batch_size(sampling.sample_nanos, estimate, max_batch))?;
    turns.ready(estimate, routine.overhead()?, max_batch, routine.is_asynchronous());
    let mut samples = Samples::with_capacity(ROOM);
    routine.start(samples.heap_bytes());
    while let Some(turn) = turns.next() {
        if turn.redo {
            routine.retract();
        }
        let iterations = turn.iterations.clamp(1, max_batch.max(1));
        for _ in 0..turn.discard {
            routine.batch(iterations)?;
        }
        let (mut nanos, mut waited) = (Vec::new(), Some(Vec::new()));
        for _ in 0..turn.samples {
            let before = waited_nanos();
            nanos.push(counted_batch(routine, iterations)?);
            let wait = before.zip(waited_nanos()).map(|(before, after)| after.saturating_sub(before));
            routine.keep(iterations);
            waited = waited.zip(wait).map(|(mut all, wait)| {
                all.push(wait);
                all
            });
        }
        nanos.iter().for_each(|&nanos| samples.push(iterations, nanos));
        turns.sampled(nanos, waited);
    }
    Ok((samples, warm_up))
}

/// A batch that counts: the tool has the instructions of this function counted, by its name.
#[inline(never)]
fn counted_batch(routine: &mut impl Routine, iterations: u64) -> Result<u64, Error> {
    routine.batch(iterations)
}

/// Nanoseconds that a sample should last at least, so that neither the clock nor the synchronisation is what is reported.
#[must_use]
pub fn sample_length(wanted_nanos: u64, overhead_nanos: u64) -> u64 {
    wanted_nanos.max(overhead_nanos.saturating_mul(OVERHEAD_FACTOR).min(LONGEST_STRETCH))
}

/// Warms up, then samples.
pub(crate) fn measure(routine: &mut impl Routine, sampling: &Sampling) -> Result<(Samples, WarmUp), Error> {
    let (warm_up, estimate) = warm_up(routine, sampling.warm_up_nanos)?;
    let target = sample_length(sampling.sample_nanos, routine.overhead()?);
    let iterations = batch_size(target, estimate, routine.max_batch());
    routine.slow_down(iterations)?;
    let room = usize::try_from(sampling.max_samples).unwrap_or(ROOM);
    let mut samples = Samples::with_capacity(room.min(ROOM));
    routine.start(samples.heap_bytes());
    let start = routine.now();
    loop {
        samples.push(iterations, routine.batch(iterations)?);
        routine.keep(iterations);
        routine.observe(Phase::Sampling, samples.total_nanos() as f64 / samples.total_iterations() as f64);
        if is_enough(samples.len() as u64, routine.now() - start, sampling) {
            return Ok((samples, warm_up));
        }
    }
}

/// Runs one iteration, to see that it works.
pub(crate) fn once(routine: &mut impl Routine) -> Result<(Samples, WarmUp), Error> {
    let mut samples = Samples::default();
    samples.push(1, routine.batch(1)?);
    routine.keep(1);
    Ok((samples, WarmUp::default()))
}

fn is_enough(samples: u64, elapsed: u64, sampling: &Sampling) -> bool {
    let long_enough = elapsed >= sampling.time_nanos;
    let too_long = elapsed >= sampling.time_nanos.saturating_mul(TIME_BOUND);
    samples >= u64::from(sampling.max_samples)
        || too_long
        || (long_enough && samples >= u64::from(sampling.min_samples))
}

/// Returns what was seen and the estimate of one iteration, nanoseconds.
fn warm_up(routine: &mut impl Routine, at_least: u64) -> Result<(WarmUp, f64), Error> {
    let first_nanos = routine.batch(1)?;
    let mut warm_up = WarmUp { iterations: 1, nanos: first_nanos, first_nanos, ..WarmUp::default() };
    let mut history: Vec<f64> = Vec::new();
    let mut batches = vec![(1, first_nanos)];
    // The first iteration is left out of the bound: compiling a kernel may take longer than all the rest.
    let start = routine.now();
    loop {
        let estimate = history.last().copied().unwrap_or(first_nanos as f64);
        let iterations = batch_size(at_least / WINDOW as u64, estimate, routine.max_batch());
        let nanos = routine.batch(iterations)?;
        warm_up.iterations += iterations;
        warm_up.nanos += nanos;
        history.push(nanos as f64 / iterations as f64);
        batches.push((iterations, nanos));
        routine.observe(Phase::WarmUp, nanos as f64 / iterations as f64);
        let recent = &history[history.len().saturating_sub(WINDOW)..];
        let elapsed = routine.now() - start;
        warm_up.steady = is_steady(recent);
        if (elapsed >= at_least && warm_up.steady) || elapsed >= at_least.saturating_mul(WARM_UP_BOUND) {
            let estimate = median(recent).unwrap_or(first_nanos as f64);
            warm_up.settling_nanos = warm_up.steady.then(|| settling(&batches, estimate));
            return Ok((warm_up, estimate));
        }
    }
}

/// Nanoseconds that batches, of iterations and nanoseconds, took above the steady time of an iteration until the first
/// that did not.
fn settling(batches: &[(u64, u64)], steady: f64) -> u64 {
    let steady_nanos = |iterations: u64| steady * iterations as f64;
    let unsettled = batches
        .iter()
        .take_while(|(iterations, nanos)| *nanos as f64 > steady_nanos(*iterations) * (1.0 + STEADY_WITHIN));
    unsettled.map(|(iterations, nanos)| *nanos as f64 - steady_nanos(*iterations)).sum::<f64>() as u64
}

/// Returns whether times have stopped falling. Two batches can report, one cannot.
fn is_steady(recent: &[f64]) -> bool {
    let (older, newer) = recent.split_at(recent.len() / 2);
    match (median(older), median(newer)) {
        (Some(older), Some(newer)) => newer >= older * (1.0 - STEADY_WITHIN),
        _ => false,
    }
}

/// Iterations that last about this long, at most this many.
#[must_use]
pub fn batch_size(target_nanos: u64, estimate_nanos: f64, max_batch: u64) -> u64 {
    let wanted = (target_nanos as f64 / estimate_nanos.max(0.01)).ceil();
    // Float to integer saturates: an estimate of nothing gives the largest batch.
    (wanted as u64).clamp(1, max_batch.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A routine on a clock of its own: iteration `i` costs `cost(i)`, and each batch `untimed` on top.
    struct Simulated<F> {
        cost: F,
        done: u64,
        clock: u64,
        untimed: u64,
        overhead: u64,
        max_batch: u64,
        /// The iterations of each batch.
        batches: Vec<u64>,
        /// From this batch on it fails.
        breaks_at: usize,
        /// The extra work, and the number of batches after which it was set.
        slowed: Option<(u64, usize)>,
        seen: Vec<Phase>,
        /// The reports about samples: that they start, the iterations of each that is kept, and `0` for one retracted.
        told: Vec<Option<u64>>,
    }

    fn simulated<F: Fn(u64) -> u64>(cost: F) -> Simulated<F> {
        Simulated {
            cost,
            done: 0,
            clock: 0,
            untimed: 0,
            overhead: 0,
            max_batch: 1 << 20,
            batches: Vec::new(),
            breaks_at: usize::MAX,
            slowed: None,
            seen: Vec::new(),
            told: Vec::new(),
        }
    }

    impl<F: Fn(u64) -> u64> Routine for Simulated<F> {
        fn batch(&mut self, iterations: u64) -> Result<u64, Error> {
            if self.batches.len() >= self.breaks_at {
                return Err(Error::new("burst"));
            }
            self.batches.push(iterations);
            let nanos =
                (self.done..self.done + iterations).map(|i| (self.cost)(i)).sum::<u64>() + self.overhead;
            self.done += iterations;
            self.clock += nanos + self.untimed;
            Ok(nanos)
        }

        fn overhead(&mut self) -> Result<u64, Error> {
            Ok(self.overhead)
        }

        fn slow_down(&mut self, iterations: u64) -> Result<(), Error> {
            self.slowed = Some((iterations, self.batches.len()));
            Ok(())
        }

        fn start(&mut self, _: u64) {
            self.told.push(None);
        }

        fn keep(&mut self, iterations: u64) {
            self.told.push(Some(iterations));
        }

        fn retract(&mut self) {
            self.told.push(Some(0));
        }

        fn is_asynchronous(&self) -> bool {
            false
        }

        fn max_batch(&self) -> u64 {
            self.max_batch
        }

        fn now(&self) -> u64 {
            self.clock
        }

        fn observe(&mut self, phase: Phase, _: f64) {
            self.seen.push(phase);
        }
    }

    const MS: u64 = 1_000_000;

    const SAMPLING: Sampling = Sampling {
        warm_up_nanos: 20 * MS,
        time_nanos: 100 * MS,
        sample_nanos: MS,
        min_samples: 10,
        max_samples: 1_000,
    };

    fn run<F: Fn(u64) -> u64>(mut routine: Simulated<F>) -> (Samples, WarmUp, u64) {
        let (samples, warm_up) = measure(&mut routine, &SAMPLING).expect("nothing fails");
        (samples, warm_up, routine.clock)
    }

    #[test]
    fn short_work_is_batched_to_a_millisecond() {
        let (samples, warm_up, _) = run(simulated(|_| 1_000));
        assert_eq!(samples.iterations[0], 1_000);
        assert_eq!(samples.len(), 100);
        assert!(warm_up.steady && warm_up.nanos >= 20 * MS, "{warm_up:?}");
    }

    #[test]
    fn work_below_a_nanosecond_is_bounded_by_the_batch() {
        let (samples, ..) = run(Simulated { max_batch: 4_096, untimed: 10_000, ..simulated(|_| 0) });
        assert_eq!(samples.iterations[0], 4_096);
        assert_eq!(samples.len(), 1_000);
    }

    #[test]
    fn long_work_is_one_iteration_a_sample() {
        let (samples, warm_up, clock) = run(simulated(|_| 60 * MS));
        assert_eq!(samples.iterations, [1; 9]);
        assert!(warm_up.steady);
        // Five times the time is the bound, however few samples there are.
        assert_eq!(clock, (1 + 2 + 9) * 60 * MS);
    }

    #[test]
    fn a_compiling_first_iteration_is_kept_apart() {
        let (samples, warm_up, _) = run(simulated(|i| if i == 0 { 5_000 * MS } else { 1_000 }));
        assert_eq!(warm_up.first_nanos, 5_000 * MS);
        assert!(warm_up.steady, "{warm_up:?}");
        assert_eq!(samples.per_iteration()[0], 1_000.0);
    }

    #[test]
    fn warm_up_goes_on_while_times_fall() {
        // Autotuning: over the first 200 iterations the time falls from 1.25 ms to 0.25 ms.
        let (samples, warm_up, _) = run(simulated(|i| MS / 4 + 200_u64.saturating_sub(i) * MS / 200));
        assert!(warm_up.steady && warm_up.iterations > 190, "{warm_up:?}");
        assert!(samples.per_iteration().iter().all(|&nanos| nanos < 0.3 * MS as f64));
    }

    #[test]
    fn warm_up_is_bounded() {
        let (_, warm_up, _) = run(simulated(|i| (200 * MS) / (i + 1)));
        assert!(warm_up.nanos - warm_up.first_nanos < 20 * MS * (WARM_UP_BOUND + 1), "{warm_up:?}");
    }

    #[test]
    fn a_costly_synchronisation_makes_samples_longer() {
        let (samples, ..) = run(Simulated { overhead: 50_000, ..simulated(|_| 1_000) });
        let share = 50_000.0 / samples.nanos[0] as f64;
        assert!(share < 0.0105, "{share}");
    }

    #[test]
    fn untimed_setup_counts_towards_the_bounds() {
        let (samples, _, clock) = run(Simulated { untimed: 50 * MS, ..simulated(|_| MS) });
        assert!(samples.len() >= 9 && clock < 1_000 * MS, "{} samples, {clock} ns", samples.len());
    }

    #[test]
    fn progress_is_told_in_both_phases() {
        let mut routine = simulated(|_| 1_000);
        measure(&mut routine, &SAMPLING).expect("nothing fails");
        assert!(routine.seen.contains(&Phase::WarmUp) && routine.seen.ends_with(&[Phase::Sampling]));
    }

    /// Asks for turns that were written down, and writes down what it hears.
    #[derive(Default)]
    struct Script {
        turns: Vec<Turn>,
        ready: Vec<(f64, u64, u64)>,
        heard: Vec<Vec<u64>>,
        /// How many waits were reported next to each.
        waits: Vec<Option<usize>>,
    }

    impl Turns for Script {
        fn ready(&mut self, estimate_nanos: f64, overhead_nanos: u64, max_batch: u64, _: bool) {
            self.ready.push((estimate_nanos, overhead_nanos, max_batch));
        }

        fn next(&mut self) -> Option<Turn> {
            (!self.turns.is_empty()).then(|| self.turns.remove(0))
        }

        fn sampled(&mut self, nanos: Vec<u64>, waited_nanos: Option<Vec<u64>>) {
            self.heard.push(nanos);
            self.waits.push(waited_nanos.map(|waited| waited.len()));
        }
    }

    fn turn(iterations: u64, samples: u32, discard: u32) -> Turn {
        Turn { iterations, samples, discard, redo: false }
    }

    /// Returns what came of these turns of a routine: the script, the routine, and the batches after warm-up.
    fn play<F: Fn(u64) -> u64>(
        mut routine: Simulated<F>,
        turns: &[Turn],
    ) -> (Result<Samples, Error>, Script, Simulated<F>, Vec<u64>) {
        let mut script = Script { turns: turns.to_vec(), ..Script::default() };
        let ended = take_turns(&mut routine, &SAMPLING, &mut script).map(|(samples, _)| samples);
        let warm = routine.slowed.map_or(0, |(_, batches)| batches);
        let after = routine.batches[warm..].to_vec();
        (ended, script, routine, after)
    }

    #[test]
    fn each_turn_is_answered_with_its_samples() {
        let turns = [turn(10, 1, 0), turn(20, 3, 0), turn(10, 0, 0)];
        let (ended, script, _, batches) = play(simulated(|_| 1_000), &turns);
        assert_eq!(script.heard, [vec![10_000], vec![20_000; 3], vec![]]);
        assert_eq!(batches, [10, 20, 20, 20]);
        let samples = ended.expect("nothing fails");
        assert_eq!(samples.iterations, [10, 20, 20, 20]);
        assert_eq!(samples.nanos, [10_000, 20_000, 20_000, 20_000]);
    }

    #[test]
    fn what_is_discarded_is_run_and_not_kept() {
        let (ended, script, _, batches) = play(simulated(|_| 1_000), &[turn(5, 1, 2), turn(5, 1, 0)]);
        assert_eq!(batches, [5; 4]);
        assert_eq!(script.heard, [vec![5_000], vec![5_000]]);
        assert_eq!(ended.expect("nothing fails").len(), 2);
    }

    #[test]
    fn a_batch_is_at_least_one_iteration_and_at_most_what_memory_allows() {
        let routine = Simulated { max_batch: 64, ..simulated(|_| 1_000) };
        let (ended, _, _, batches) = play(routine, &[turn(0, 1, 1), turn(u64::MAX, 1, 1)]);
        assert_eq!(batches, [1, 1, 64, 64]);
        assert_eq!(ended.expect("nothing fails").iterations, [1, 64]);
        let (_, _, _, batches) = play(Simulated { max_batch: 0, ..simulated(|_| 1_000) }, &[turn(9, 1, 0)]);
        assert_eq!(batches, [1]);
    }

    #[test]
    fn what_is_kept_and_what_is_not_is_told() {
        let redone = Turn { redo: true, ..turn(7, 1, 1) };
        let (_, _, routine, _) = play(simulated(|_| 1_000), &[turn(5, 2, 1), turn(6, 1, 0), redone]);
        assert_eq!(routine.told, [None, Some(5), Some(5), Some(6), Some(0), Some(7)]);
        let mut routine = simulated(|_| 60 * MS);
        measure(&mut routine, &SAMPLING).expect("nothing fails");
        assert_eq!(routine.told, [[None].as_slice(), &[Some(1); 9]].concat());
    }

    #[track_caller]
    fn check_settling(cost: impl Fn(u64) -> u64, expected: Option<u64>) {
        let (_, warm_up, _) = run(simulated(cost));
        assert_eq!(warm_up.settling_nanos, expected, "{warm_up:?}");
    }

    #[test]
    fn settling_is_what_lies_above_the_steady_time() {
        check_settling(|_| MS, Some(0));
        check_settling(|i| if i == 0 { 500 * MS } else { MS }, Some(499 * MS));
        // The first compiles, the next two tune.
        check_settling(
            |i| [300 * MS, 50 * MS, 20 * MS].get(i as usize).copied().unwrap_or(2 * MS),
            Some(364 * MS),
        );
        check_settling(|i| 200 * MS / (i + 1), None);
    }

    #[test]
    fn an_error_ends_the_turns() {
        let warm = play(simulated(|_| 1_000), &[]).2.batches.len();
        let broken = |at| Simulated { breaks_at: at, ..simulated(|_| 1_000) };
        let (ended, script, ..) = play(broken(warm + 1), &[turn(1, 1, 0), turn(1, 1, 0), turn(1, 1, 0)]);
        assert_eq!(ended, Err(Error::new("burst")));
        assert_eq!((script.heard.len(), script.turns.len()), (1, 1));
        // While something is discarded, and before anything is ready.
        let (ended, script, ..) = play(broken(warm), &[turn(1, 1, 1)]);
        assert!(ended.is_err() && script.heard.is_empty() && script.ready.len() == 1);
        let (ended, script, ..) = play(broken(0), &[turn(1, 1, 0)]);
        assert!(ended.is_err() && script.ready.is_empty());
    }

    #[test]
    fn each_sample_has_its_wait_or_none_has() {
        let (_, script, ..) = play(simulated(|_| 1_000), &[turn(1, 3, 2), turn(1, 1, 0)]);
        match waited_nanos() {
            Some(_) => assert_eq!(script.waits, [Some(3), Some(1)]),
            None => assert_eq!(script.waits, [None, None]),
        }
    }

    #[test]
    fn ready_is_told_once_after_warm_up_and_slowing_down() {
        let routine = Simulated { overhead: 50, max_batch: 4_096, ..simulated(|_| 1_000) };
        let (ended, script, routine, after) = play(routine, &[]);
        let [(estimate, 50, 4_096)] = script.ready[..] else { panic!("{:?}", script.ready) };
        assert!((1_000.0..1_100.0).contains(&estimate), "{estimate}");
        // The slow-down is measured on batches as long as a sample.
        assert_eq!(routine.slowed.expect("it was asked for").0, 1_000);
        assert_eq!((ended.expect("nothing fails").len(), after.len()), (0, 0));
    }
}
