//! When to warm up, how to batch, how many samples: the schedule of a measurement, over any routine.
//!
//! Knows no device and no benchmark; time comes in through [`Routine`], so that tests run without a clock.

use crate::Error;
use crate::protocol::{Phase, Sampling};
use crate::record::{Samples, WarmUp};
use crate::stats::median;
use crate::waiting::waited_nanos;

/// Warm-up ends at this multiple of its length whether times are steady or not.
const WARM_UP_BOUND: u64 = 10;

/// A sample lasts at least this many times what it costs to take one (the synchronisation, mostly), so that
/// the cost is about 1 % of what is told at the most.
const OVERHEAD_FACTOR: u64 = 100;

/// No sample is stretched beyond this for the overhead's sake, nanoseconds.
const LONGEST_STRETCH: u64 = 100_000_000;

/// Sampling ends at this multiple of its time even if `min_samples` is not reached.
const TIME_BOUND: u64 = 5;

/// A fall of the median by less than this share, half a window to the next, counts as steady. Slow drift is
/// the comparison's business; warm-up is about caches, clocks and compilers, which move by far more.
const STEADY_WITHIN: f64 = 0.03;

/// The most batches that steadiness is judged on.
const WINDOW: usize = 10;

/// What is measured, as the sampler sees it.
pub(crate) trait Routine {
    /// Runs `iterations` and returns the nanoseconds of the timed region.
    fn batch(&mut self, iterations: u64) -> Result<u64, Error>;

    /// Nanoseconds that taking a sample costs beside the iterations.
    fn overhead(&mut self) -> Result<u64, Error>;

    /// Makes all later batches slower by the share that was asked for; `iterations` are long enough to be timed.
    fn slow_down(&mut self, iterations: u64) -> Result<(), Error>;

    /// The largest batch that memory allows.
    fn max_batch(&self) -> u64;

    /// Wall time now, nanoseconds from any origin: bounds include what is not timed, such as setup.
    fn now(&self) -> u64;

    /// Told between batches, never inside one.
    fn observe(&mut self, phase: Phase, estimate_nanos: f64);
}

/// Who says when a sample is taken, when other processes take turns with this one.
pub(crate) trait Turns {
    /// The case is warm; nanoseconds of one iteration, of the overhead of a sample, and the largest batch.
    fn ready(&mut self, estimate_nanos: f64, overhead_nanos: u64, max_batch: u64);

    /// Waits for the next turn; `None` ends the case.
    fn next(&mut self) -> Option<Turn>;

    /// What the turn brought: nanoseconds of each sample, and how long the process waited in it if that is known.
    fn sampled(&mut self, nanos: Vec<u64>, waited_nanos: Option<Vec<u64>>);
}

/// Samples in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) iterations: u64,
    pub(crate) samples: u32,
    /// Samples before these that count for nothing.
    pub(crate) discard: u32,
}

/// Warms up, then samples when it is told to.
pub(crate) fn take_turns(
    routine: &mut impl Routine,
    sampling: &Sampling,
    turns: &mut dyn Turns,
) -> Result<(Samples, WarmUp), Error> {
    let (warm_up, estimate) = warm_up(routine, sampling.warm_up_nanos)?;
    let max_batch = routine.max_batch();
    routine.slow_down(batch_size(sampling.sample_nanos, estimate, max_batch))?;
    turns.ready(estimate, routine.overhead()?, max_batch);
    let mut samples = Samples::default();
    while let Some(turn) = turns.next() {
        let iterations = turn.iterations.clamp(1, max_batch.max(1));
        for _ in 0..turn.discard {
            routine.batch(iterations)?;
        }
        let (mut nanos, mut waited) = (Vec::new(), Some(Vec::new()));
        for _ in 0..turn.samples {
            let before = waited_nanos();
            nanos.push(routine.batch(iterations)?);
            let wait = before.zip(waited_nanos()).map(|(before, after)| after.saturating_sub(before));
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

/// Nanoseconds that a sample should last at least, so that neither the clock nor the synchronisation is what is told.
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
    let mut samples = Samples::default();
    let start = routine.now();
    loop {
        samples.push(iterations, routine.batch(iterations)?);
        routine.observe(Phase::Sampling, samples.total_nanos() as f64 / samples.total_iterations() as f64);
        if is_enough(samples.len() as u64, routine.now() - start, sampling) {
            return Ok((samples, warm_up));
        }
    }
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
    let mut warm_up = WarmUp { iterations: 1, nanos: first_nanos, first_nanos, steady: false };
    let mut history: Vec<f64> = Vec::new();
    // The first iteration is left out of the bound: compiling a kernel may take longer than all the rest.
    let start = routine.now();
    loop {
        let estimate = history.last().copied().unwrap_or(first_nanos as f64);
        let iterations = batch_size(at_least / WINDOW as u64, estimate, routine.max_batch());
        let nanos = routine.batch(iterations)?;
        warm_up.iterations += iterations;
        warm_up.nanos += nanos;
        history.push(nanos as f64 / iterations as f64);
        routine.observe(Phase::WarmUp, nanos as f64 / iterations as f64);
        let recent = &history[history.len().saturating_sub(WINDOW)..];
        let elapsed = routine.now() - start;
        warm_up.steady = is_steady(recent);
        if (elapsed >= at_least && warm_up.steady) || elapsed >= at_least.saturating_mul(WARM_UP_BOUND) {
            return Ok((warm_up, median(recent).unwrap_or(first_nanos as f64)));
        }
    }
}

/// Whether times have stopped falling. Two batches can tell, one cannot.
fn is_steady(recent: &[f64]) -> bool {
    let (older, newer) = recent.split_at(recent.len() / 2);
    match (median(older), median(newer)) {
        (Some(older), Some(newer)) => newer >= older * (1.0 - STEADY_WITHIN),
        _ => false,
    }
}

/// Iterations that last about so long, at most so many.
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
        seen: Vec<Phase>,
    }

    fn simulated<F: Fn(u64) -> u64>(cost: F) -> Simulated<F> {
        Simulated { cost, done: 0, clock: 0, untimed: 0, overhead: 0, max_batch: 1 << 20, seen: Vec::new() }
    }

    impl<F: Fn(u64) -> u64> Routine for Simulated<F> {
        fn batch(&mut self, iterations: u64) -> Result<u64, Error> {
            let nanos =
                (self.done..self.done + iterations).map(|i| (self.cost)(i)).sum::<u64>() + self.overhead;
            self.done += iterations;
            self.clock += nanos + self.untimed;
            Ok(nanos)
        }

        fn overhead(&mut self) -> Result<u64, Error> {
            Ok(self.overhead)
        }

        fn slow_down(&mut self, _: u64) -> Result<(), Error> {
            Ok(())
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
}
