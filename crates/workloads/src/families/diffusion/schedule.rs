//! The way from noise to an image, in few steps. Pure.
//!
//! Song et al., "Denoising Diffusion Implicit Models", 2020: <https://arxiv.org/abs/2010.02502>. The noise is that of Ho et
//! al., "Denoising Diffusion Probabilistic Models", 2020: <https://arxiv.org/abs/2006.11239>.

/// Steps from an image to noise in training.
pub const TIME_STEPS: usize = 1000;
/// The variance that the first of them adds, and the last; in between it grows evenly.
const BETAS: [f64; 2] = [1e-4, 2e-2];

/// One step towards the image: what was there and the noise that is found in it, each times a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// How many steps of training away from an image.
    pub(super) time: usize,
    pub(super) sample: f64,
    pub(super) noise: f64,
}

/// `count` steps from noise to an image, evenly spaced and without noise of their own.
///
/// # Panics
/// When `count` is 0 or more than [`TIME_STEPS`].
pub(super) fn ddim(count: usize) -> Vec<Step> {
    assert!((1..=TIME_STEPS).contains(&count), "{count} steps are not between 1 and {TIME_STEPS}");
    let kept = kept();
    let stride = TIME_STEPS / count;
    let step = |index: usize| {
        let time = index * stride;
        // The image itself is the state before the first step of training.
        let after = time.checked_sub(stride).map_or(1.0, |time| kept[time]);
        Step::between(time, kept[time], after)
    };
    (0..count).rev().map(step).collect()
}

impl Step {
    /// From where so much of the image's variance is kept to where more is. The paper's (12) without its random part, as one
    /// factor for each of the two images that it adds up.
    fn between(time: usize, before: f64, after: f64) -> Self {
        let sample = (after / before).sqrt();
        Self { time, sample, noise: (1.0 - after).sqrt() - sample * (1.0 - before).sqrt() }
    }
}

/// How much of the image's variance is kept after each step of training: the paper's α, the product of 1 − β.
fn kept() -> Vec<f64> {
    let [first, last] = BETAS;
    let beta = |time: usize| first + (last - first) * time as f64 / (TIME_STEPS - 1) as f64;
    let product = |kept: &mut f64, time| {
        *kept *= 1.0 - beta(time);
        Some(*kept)
    };
    (0..TIME_STEPS).scan(1.0, product).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_times(count: usize, expected: &[usize]) {
        let times: Vec<usize> = ddim(count).iter().map(|step| step.time).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn one_step() {
        check_times(1, &[0]);
    }

    #[test]
    fn steps_that_part_the_time() {
        check_times(4, &[750, 500, 250, 0]);
    }

    #[test]
    fn steps_that_leave_a_rest() {
        check_times(3, &[666, 333, 0]);
    }

    #[test]
    fn every_step_of_training() {
        assert_eq!(ddim(TIME_STEPS).len(), TIME_STEPS);
    }

    #[test]
    #[should_panic(expected = "0 steps are not between 1 and 1000")]
    fn no_step() {
        let _ = ddim(0);
    }

    #[test]
    #[should_panic(expected = "1001 steps are not between")]
    fn a_step_too_many() {
        let _ = ddim(1001);
    }

    #[test]
    fn the_end_is_noise() {
        // As diffusers' DDIMScheduler has it: `alphas_cumprod[-1]`.
        assert!((kept()[TIME_STEPS - 1] - 4.0358e-5).abs() < 1e-8, "{}", kept()[TIME_STEPS - 1]);
    }

    #[test]
    fn known_noise_is_taken_away() {
        // An image of 3 under noise of 2 is an image again after all steps that know the noise.
        let steps = ddim(10);
        let start = kept()[steps[0].time];
        let noisy = 3.0 * start.sqrt() + 2.0 * (1.0 - start).sqrt();
        let image = steps.iter().fold(noisy, |x, step| step.sample * x + step.noise * 2.0);
        assert!((image - 3.0).abs() < 1e-9, "{image}");
    }
}
