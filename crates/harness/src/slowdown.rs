//! Real extra work, to see whether a comparison finds it.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Steps of the extra work for each iteration, so that a case takes longer by a known share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Slowdown {
    steps_per_iteration: f64,
}

/// Steps of one measurement of the step itself: about half a millisecond.
const PROBE: u64 = 200_000;

/// Iterations are done for this long before they are measured.
const WARM: Duration = Duration::from_millis(20);

impl Slowdown {
    /// `share` of an iteration, whose nanoseconds `iteration` measures each time it is called. The work and the step
    /// are measured interleaved, so that a slow phase of the machine hits both, and the middle ratio counts.
    pub(crate) fn of<E>(
        share: Option<f64>,
        mut iteration: impl FnMut() -> Result<f64, E>,
    ) -> Result<Self, E> {
        let step = || {
            let start = Instant::now();
            work(PROBE);
            start.elapsed().as_nanos() as f64 / PROBE as f64
        };
        // Memory that a process has not used yet makes its first iterations slow for longer than a short warm-up lasts, and a
        // share of those is more than was asked for: 2 % became 3 % in a layer norm.
        let start = Instant::now();
        while share.is_some() && start.elapsed() < WARM {
            iteration()?;
        }
        Self::measured(share, step, iteration)
    }

    /// The same with the nanoseconds of a step as `step` measures them.
    fn measured<E>(
        share: Option<f64>,
        mut step: impl FnMut() -> f64,
        mut iteration: impl FnMut() -> Result<f64, E>,
    ) -> Result<Self, E> {
        let Some(share) = share else { return Ok(Self::default()) };
        let mut ratios = Vec::new();
        for _ in 0..9 {
            let step = step();
            ratios.push(iteration()? / step);
        }
        ratios.sort_unstable_by(f64::total_cmp);
        Ok(Self { steps_per_iteration: share * ratios[ratios.len() / 2] })
    }

    /// Does the extra work of this many iterations.
    #[inline]
    pub(crate) fn suffer(self, iterations: u64) {
        if self.steps_per_iteration > 0.0 {
            work((self.steps_per_iteration * iterations as f64).round() as u64);
        }
    }
}

/// A chain of steps that each need the one before, so that no processor does two at once. Multiplier and increment
/// are those of Knuth's MMIX generator ("The Art of Computer Programming", volume 2, 3.3.4).
fn work(steps: u64) {
    let mut state = black_box(1_u64);
    for _ in 0..steps {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    }
    black_box(state);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An iteration of 1 µs among steps of 2 ns, while a slow phase comes and goes.
    #[test]
    fn the_share_is_of_the_iterations_own_work() {
        let phases = [1.0, 1.0, 1.6, 1.6, 1.6, 1.0, 1.0, 1.0, 3.0];
        let (mut of_steps, mut of_iterations) = (phases.iter(), phases.iter());
        let step = || 2.0 * of_steps.next().expect("nine");
        let iteration = || Ok::<_, ()>(1e3 * of_iterations.next().expect("nine"));
        let slowdown = Slowdown::measured(Some(0.05), step, iteration).expect("nothing fails");
        assert_eq!(slowdown.steps_per_iteration, 25.0);
    }

    #[test]
    fn a_phase_that_splits_a_pair_does_not_count() {
        let mut steps = [2.0, 2.0, 5.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0].into_iter();
        let slowdown = Slowdown::measured(Some(0.1), || steps.next().expect("nine"), || Ok::<_, ()>(500.0));
        assert_eq!(slowdown.expect("nothing fails").steps_per_iteration, 25.0);
    }

    #[test]
    fn the_work_takes_longer_the_more_of_it_there_is() {
        let least = |steps: u64| {
            let once = |_| {
                let start = Instant::now();
                work(steps);
                start.elapsed()
            };
            (0..20).map(once).min().expect("twenty")
        };
        assert!(least(100_000) > 20 * least(1_000));
    }

    #[test]
    fn no_share_is_no_work() {
        let never = || -> Result<f64, ()> { panic!("nothing has to be measured") };
        assert_eq!(Slowdown::of(None, never), Ok(Slowdown::default()));
        assert_eq!(Slowdown::of(Some(0.1), || Err("broken")), Err("broken"));
    }

    #[test]
    fn cold_iterations_do_not_count() {
        let start = Instant::now();
        let iteration = || Ok::<_, ()>(if start.elapsed() < WARM { 1e9 } else { 1e3 });
        let warm = Slowdown::of(Some(0.1), iteration).expect("nothing fails");
        // A hundredth of a step lasts longer than a picosecond.
        assert!(warm.steps_per_iteration < 1e6, "{warm:?}");
    }

    #[test]
    fn a_share_of_nothing_is_measured_and_adds_nothing() {
        let mut measured = 0;
        let iteration = || {
            measured += 1;
            Ok::<_, ()>(1e3)
        };
        assert_eq!(Slowdown::of(Some(0.0), iteration), Ok(Slowdown::default()));
        assert!(measured > 0);
    }
}
