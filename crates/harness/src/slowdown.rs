//! Real extra work, to see whether a comparison finds it.

use std::hint::black_box;
use std::time::Instant;

/// Steps of the extra work for each iteration, so that a case takes longer by a known share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Slowdown {
    steps_per_iteration: f64,
}

/// Steps of one measurement of the step itself: about half a millisecond.
const PROBE: u64 = 200_000;

impl Slowdown {
    /// `share` of an iteration, whose nanoseconds `iteration` measures each time it is called. The work and the step
    /// are measured in turns, so that a slow phase of the machine hits both, and the middle ratio counts.
    pub(crate) fn of<E>(share: f64, mut iteration: impl FnMut() -> Result<f64, E>) -> Result<Self, E> {
        if share <= 0.0 {
            return Ok(Self::default());
        }
        let mut ratios = Vec::new();
        for _ in 0..9 {
            let start = Instant::now();
            work(PROBE);
            let step = start.elapsed().as_nanos() as f64 / PROBE as f64;
            ratios.push(iteration()? / step);
        }
        ratios.sort_unstable_by(f64::total_cmp);
        Ok(Self { steps_per_iteration: share * ratios[ratios.len() / 2] })
    }

    /// Does the extra work of so many iterations.
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

    /// An iteration of as many steps as here takes longer by that share of them.
    #[test]
    fn the_share_is_of_the_iterations_own_work() {
        const STEPS: u64 = 100_000;
        let iteration = || {
            let start = Instant::now();
            work(STEPS);
            Ok::<_, ()>(start.elapsed().as_nanos() as f64)
        };
        let slowdown = Slowdown::of(0.05, iteration).expect("nothing fails");
        let share = slowdown.steps_per_iteration / STEPS as f64;
        assert!((0.04..0.06).contains(&share), "{share}");
    }

    #[test]
    fn no_share_is_no_work() {
        let never = || -> Result<f64, ()> { panic!("nothing has to be measured") };
        assert_eq!(Slowdown::of(0.0, never), Ok(Slowdown::default()));
        assert_eq!(Slowdown::of(0.1, || Err("broken")), Err("broken"));
    }
}
